// How failed payments of subscriptions are tried again, and what follows the last try.

import { Button, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { BillingSettings } from '../data/types.ts';
import { Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { t } from './billing-words.ts';
import { SellerSection } from './SellerSection.tsx';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t as common } from './words.ts';

export function BillingSettingsPage() {
  const found = useRead<BillingSettings>('/billing_settings');
  return (
    <Page title={common('title')}>
      <SettingsTabs />
      <Refused error={found.error} />
      {found.isPending && <Waiting />}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        {found.data && <Editor settings={found.data} />}
        <SellerSection />
      </SimpleGrid>
    </Page>
  );
}

/** “2, 5, 7” → [2, 5, 7]; undefined when something else stands there. */
const daysOf = (text: string): number[] | undefined => {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const days = parts.map((part) => (/^\d{1,2}$/.test(part) ? Number(part) : 0));
  return days.length <= 8 && days.every((day) => day >= 1 && day <= 60) ? days : undefined;
};

function Editor({ settings }: { settings: BillingSettings }) {
  const { can } = useWho();
  const [text, setText] = useState(settings.retry_days.join(', '));
  const [after, setAfter] = useState<string>(settings.after_retries);
  const save = useChange(() => toast(t('saved')));
  const days = daysOf(text);
  const writes = can('billing_settings:write');
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (days)
      save.mutate({ method: 'PATCH', path: '/billing_settings', body: { retry_days: days, after_retries: after } });
  };
  let passed = 0;
  return (
    <Section title={t('title')}>
      <form onSubmit={onSubmit}>
        <Stack maw={560}>
          <Text size="sm">{t('text')}</Text>
          <TextInput
            label={t('days')}
            description={t('daysHint')}
            readOnly={!writes}
            value={text}
            error={days === undefined ? t('daysWrong') : undefined}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {days && (
            <ol className="steps">
              <li>{t('first')}</li>
              {days.map((count, i) => {
                passed += count;
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a try is its place
                  <li key={i}>{t('try', { place: i + 1, count: passed })}</li>
                );
              })}
              <li>{after === 'cancel' ? t('thenCancel') : t('thenRest')}</li>
            </ol>
          )}
          <NativeSelect
            label={t('after')}
            disabled={!writes}
            value={after}
            onChange={(event) => setAfter(event.currentTarget.value)}
            data={[
              { value: 'cancel', label: t('cancel') },
              { value: 'keep_past_due', label: t('keep') },
            ]}
          />
          <Text size="xs" className="faint">
            {writes ? t('hard') : t('readOnly')}
          </Text>
          <Refused error={save.error} />
          {writes && (
            <Group justify="flex-end">
              <Button type="submit" loading={save.isPending} disabled={days === undefined}>
                {t('save')}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  );
}
