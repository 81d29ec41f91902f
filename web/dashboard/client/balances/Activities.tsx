// Everything that moved the balance.

import { Button, Group, NativeSelect } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { download } from '../data/request.ts';
import { useWho } from '../data/session.tsx';
import type { BalanceActivity } from '../data/types.ts';
import { Icon } from '../parts/icons.tsx';
import { Page, Refused, Section } from '../parts/Page.tsx';
import { named } from '../words.ts';
import { ActivityTable } from './ActivityTable.tsx';
import { BalanceTabs } from './BalanceTabs.tsx';
import { t } from './words.ts';

const types = [
  'charge',
  'refund',
  'refund_failure',
  'dispute',
  'dispute_fee',
  'dispute_reversal',
  'payout',
  'payout_failure',
];

export function Activities() {
  const { account, can } = useWho();
  const [type, setType] = useState('');
  const found = useList<BalanceActivity>('/balance_activities', { type });
  const csv = useMutation({ mutationFn: () => download('/reports/balance_activities', { account: account?.id }) });
  return (
    <Page
      title={t('title')}
      actions={
        can('reports:read') && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="download" size={15} />}
            loading={csv.isPending}
            onClick={() => csv.mutate()}
          >
            {t('csv')}
          </Button>
        )
      }
    >
      <BalanceTabs />
      <Refused error={csv.error} />
      <Group>
        <NativeSelect
          label={t('type')}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
          data={[{ value: '', label: t('any') }, ...types.map((value) => ({ value, label: named(value) }))]}
        />
      </Group>
      <Section flush>
        <ActivityTable label={t('activities')} found={found} />
      </Section>
    </Page>
  );
}
