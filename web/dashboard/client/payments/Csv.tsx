// The file of the list for spreadsheets.

import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { download } from '../data/request.ts';
import { useWho } from '../data/session.tsx';
import { Ask } from '../parts/Ask.tsx';
import { Icon } from '../parts/icons.tsx';
import { type Filters, queryOf } from './filters.ts';
import { t } from './words.ts';

const reportTypes = ['payments', 'refunds'];

export function Csv({ filters }: { filters: Filters }) {
  const { account, zone } = useWho();
  // The days stand in fields of their own: what is typed there counts.
  const { created_from: _, created_to: __, ...narrowed } = queryOf(filters, zone, account?.currency ?? 'USD');
  const [asking, ask] = useDisclosure(false);
  const [type, setType] = useState('payments');
  const [from, setFrom] = useState(filters.from ?? '');
  const [to, setTo] = useState(filters.to ?? '');
  const [bom, setBom] = useState(false);
  const fetching = useMutation({
    mutationFn: () =>
      download(`/reports/${type}`, {
        account: account?.id,
        query: {
          ...(type === 'payments' ? narrowed : {}),
          from,
          to,
          currency: filters.currency,
          ...(bom ? { bom: true } : {}),
        },
      }),
    onSuccess: ask.close,
  });
  return (
    <>
      <Button variant="default" size="xs" leftSection={<Icon name="download" size={15} />} onClick={ask.open}>
        {t('csv')}
      </Button>
      <Ask
        opened={asking}
        close={ask.close}
        title={t('csvTitle')}
        verb={t('download')}
        busy={fetching.isPending}
        error={fetching.error}
        submit={() => fetching.mutate()}
      >
        <Text size="sm">
          {type === 'payments' && Object.keys(filters).length > 0 ? t('csvFiltered') : t('csvText')}
        </Text>
        <Stack gap="sm">
          <NativeSelect
            label={t('title')}
            data={reportTypes.map((value) => ({ value, label: value === 'payments' ? t('title') : t('refunds') }))}
            value={type}
            onChange={(event) => setType(event.currentTarget.value)}
          />
          <Group grow>
            <TextInput
              type="date"
              label={t('from')}
              value={from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <TextInput type="date" label={t('to')} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
          </Group>
          <Checkbox label="UTF-8 BOM (Excel)" checked={bom} onChange={(event) => setBom(event.currentTarget.checked)} />
        </Stack>
      </Ask>
    </>
  );
}
