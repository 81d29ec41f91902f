// A new merchant, or another name, zone or logo of one.

import { Button, FileButton, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { currencies } from '../../../../src/kit/money.ts';
import { useChange } from '../data/api.ts';
import { sessionKey } from '../data/session.tsx';
import type { SessionMerchant } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Refused } from '../parts/Page.tsx';
import { base64 } from '../parts/picture.ts';
import { toast } from '../parts/toast.tsx';
import { t } from './words.ts';

export type Merchant = SessionMerchant & { country: string; created_at: string; approved_at: string | null };

const zones = Intl.supportedValuesOf('timeZone');
const withUtc = zones.includes('UTC') ? zones : ['UTC', ...zones];

export function MerchantDialog({ merchant, close }: { merchant?: Merchant; close(): void }) {
  const client = useQueryClient();
  const [name, setName] = useState(merchant?.name ?? '');
  const [zone, setZone] = useState(merchant?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [country, setCountry] = useState(merchant?.country ?? 'US');
  const [currency, setCurrency] = useState('USD');
  const refresh = () => void client.invalidateQueries({ queryKey: sessionKey });
  const save = useChange(() => {
    refresh();
    toast(t('saved'));
    close();
  });
  const logo = useChange(() => {
    refresh();
    toast(t('saved'));
  });
  const body = { name: name.trim(), time_zone: zone };
  return (
    <Ask
      opened
      close={close}
      title={merchant ? merchant.name : t('addMerchant')}
      {...(merchant ? {} : { text: t('addMerchantText') })}
      verb={merchant ? t('save') : t('addMerchant')}
      busy={save.isPending}
      error={save.error}
      blocked={name.trim() === ''}
      submit={() =>
        save.mutate(
          merchant
            ? { method: 'PATCH', path: `/merchants/${merchant.id}`, body }
            : { path: '/merchants', body: { ...body, country, currency } },
        )
      }
    >
      <TextInput
        label={t('name')}
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('zone')}
        data={withUtc}
        value={zone}
        onChange={(event) => setZone(event.currentTarget.value)}
      />
      {!merchant && (
        <>
          <TextInput
            label={t('country')}
            maxLength={2}
            value={country}
            onChange={(event) => setCountry(event.currentTarget.value.toUpperCase())}
          />
          <NativeSelect
            label={t('currency')}
            data={Object.keys(currencies)}
            value={currency}
            onChange={(event) => setCurrency(event.currentTarget.value)}
          />
        </>
      )}
      {merchant && (
        <Group gap="xs">
          <FileButton
            accept="image/png,image/jpeg"
            onChange={(file) =>
              file &&
              void base64(file).then((content) =>
                logo.mutate({ path: `/merchants/${merchant.id}/logo`, body: { content_base64: content } }),
              )
            }
          >
            {(props) => (
              <Button {...props} variant="default" size="xs" loading={logo.isPending}>
                {t('chooseLogo')}
              </Button>
            )}
          </FileButton>
          <Text size="xs" className="faint">
            {t('logoHint')}
          </Text>
          <Refused error={logo.error} />
        </Group>
      )}
    </Ask>
  );
}
