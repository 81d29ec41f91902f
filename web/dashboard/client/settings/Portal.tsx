// What customers may do by themselves in the portal, and where they come in.

import { Button, Checkbox, Group, NativeSelect, Pill, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { PortalSettings, Product } from '../data/types.ts';
import { Id } from '../parts/Bits.tsx';
import { Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { ProductInput } from '../parts/ProductInput.tsx';
import { toast } from '../parts/toast.tsx';
import { t } from './portal-words.ts';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t as common } from './words.ts';

export function PortalPage() {
  const found = useRead<PortalSettings>('/portal_settings');
  return (
    <Page title={common('title')}>
      <SettingsTabs />
      <Refused error={found.error} />
      {found.isPending && <Waiting />}
      {found.data && <Editor settings={found.data} />}
    </Page>
  );
}

const prorations = ['prorate_now', 'prorate_next', 'none', 'full_now'] as const;
const urls = { return_url: 'return', terms_url: 'terms', privacy_url: 'privacy' } as const;
type Draft = Omit<PortalSettings, 'object' | 'login_url'>;

function Editor({ settings }: { settings: PortalSettings }) {
  const { can } = useWho();
  const writes = can('portal_settings:write');
  const [draft, setDraft] = useState<Draft>(settings);
  const set = (changed: Partial<Draft>) => setDraft({ ...draft, ...changed });
  const save = useChange(() => toast(t('saved')));
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { email_login, cancel_at, change_to_products, change_quantity, proration, pause } = draft;
    const addresses = Object.fromEntries(
      (['return_url', 'terms_url', 'privacy_url'] as const).map((name) => [name, draft[name]?.trim() || null]),
    );
    save.mutate({
      method: 'PATCH',
      path: '/portal_settings',
      body: { email_login, cancel_at, change_to_products, change_quantity, proration, pause, ...addresses },
    });
  };
  return (
    <form onSubmit={onSubmit}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Section title={t('title')}>
          <Stack>
            <Text size="sm">{t('text')}</Text>
            <NativeSelect
              label={t('cancelling')}
              disabled={!writes}
              value={draft.cancel_at.join(',')}
              onChange={(event) => set({ cancel_at: event.currentTarget.value.split(',').filter(Boolean) })}
              data={[
                { value: '', label: t('cancelNone') },
                { value: 'period_end', label: t('cancelEnd') },
                { value: 'now', label: t('cancelNow') },
                {
                  value: draft.cancel_at.length === 2 ? draft.cancel_at.join(',') : 'period_end,now',
                  label: t('cancelBoth'),
                },
              ]}
            />
            <Plans
              ids={draft.change_to_products}
              writes={writes}
              onChange={(ids) => set({ change_to_products: ids })}
            />
            <Checkbox
              label={t('quantity')}
              disabled={!writes}
              checked={draft.change_quantity}
              onChange={(event) => set({ change_quantity: event.currentTarget.checked })}
            />
            <Checkbox
              label={t('pause')}
              disabled={!writes}
              checked={draft.pause}
              onChange={(event) => set({ pause: event.currentTarget.checked })}
            />
            <NativeSelect
              label={t('proration')}
              disabled={!writes}
              value={draft.proration}
              onChange={(event) => set({ proration: event.currentTarget.value })}
              data={prorations.map((value) => ({ value, label: t(value === 'none' ? 'prorateNone' : value) }))}
            />
          </Stack>
        </Section>
        <Section title={t('addresses')}>
          <Stack>
            <div>
              <Text size="sm" fw={500}>
                {t('login')}
              </Text>
              <Text size="xs" className="faint">
                {t('loginHint')}
              </Text>
              <Id id={settings.login_url} />
            </div>
            <Checkbox
              label={t('email')}
              disabled={!writes}
              checked={draft.email_login}
              onChange={(event) => set({ email_login: event.currentTarget.checked })}
            />
            {(['return_url', 'terms_url', 'privacy_url'] as const).map((name) => (
              <TextInput
                key={name}
                type="url"
                label={t(urls[name])}
                placeholder="https://"
                readOnly={!writes}
                value={draft[name] ?? ''}
                onChange={(event) => set({ [name]: event.currentTarget.value })}
              />
            ))}
            <Refused error={save.error} />
            {writes ? (
              <Group justify="flex-end">
                <Button type="submit" loading={save.isPending}>
                  {t('save')}
                </Button>
              </Group>
            ) : (
              <Text size="xs" className="faint">
                {t('readOnly')}
              </Text>
            )}
          </Stack>
        </Section>
      </SimpleGrid>
    </form>
  );
}

type PlansProps = { ids: string[]; writes: boolean; onChange(ids: string[]): void };

function Plans({ ids, writes, onChange }: PlansProps) {
  const { can } = useWho();
  return (
    <Stack gap={6}>
      <div>
        <Text size="sm" fw={500}>
          {t('changing')}
        </Text>
        <Text size="xs" className="faint">
          {t('changingHint')}
        </Text>
      </div>
      {ids.length > 0 && (
        <Group gap={6}>
          {ids.map((id) => (
            <Plan key={id} id={id} {...(writes ? { remove: () => onChange(ids.filter((one) => one !== id)) } : {})} />
          ))}
        </Group>
      )}
      {writes && can('products:read') && (
        <ProductInput
          key={ids.length}
          label={t('addProduct')}
          value={null}
          onChange={(product) => product && !ids.includes(product.id) && onChange([...ids, product.id])}
        />
      )}
    </Stack>
  );
}

function Plan({ id, remove }: { id: string; remove?(): void }) {
  const { can } = useWho();
  const found = useRead<Product>(`/products/${id}`, {}, { enabled: can('products:read') });
  const name = found.data?.name ?? id;
  return (
    <Pill
      withRemoveButton={remove !== undefined}
      removeButtonProps={{ 'aria-label': `${t('takeAway')}: ${name}`, tabIndex: 0, 'aria-hidden': false }}
      {...(remove ? { onRemove: remove } : {})}
    >
      {name}
    </Pill>
  );
}
