// What is there in each currency, and in which state.

import { SimpleGrid, Text } from '@mantine/core';
import { useRead } from '../data/api.ts';
import type { Balance, List } from '../data/types.ts';
import { Amount, When } from '../parts/Bits.tsx';
import { Empty, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { BalanceTabs } from './BalanceTabs.tsx';
import { t } from './words.ts';

export function Balances() {
  const found = useRead<List<Balance>>('/balances', {}, { every_ms: 15_000 });
  return (
    <Page title={t('title')}>
      <BalanceTabs />
      <Refused error={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Waiting />}
      {found.data?.data.length === 0 && (
        <Section>
          <Empty title={t('none')}>
            <Text size="sm">{t('noneText')}</Text>
          </Empty>
        </Section>
      )}
      {found.data?.data.map((balance) => (
        <Section key={balance.currency} title={balance.currency} actions={<When at={balance.updated_at} />}>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
            <Part label={t('available')} why={t('availableWhy')} of={balance.available} currency={balance.currency} />
            <Part label={t('incoming')} why={t('incomingWhy')} of={balance.incoming} currency={balance.currency} />
            <Part label={t('disputed')} of={balance.disputed} currency={balance.currency} />
            <Part label={t('inTransit')} of={balance.in_transit} currency={balance.currency} />
          </SimpleGrid>
        </Section>
      ))}
    </Page>
  );
}

const Part = ({ label, why, of, currency }: { label: string; why?: string; of: number; currency: string }) => (
  <div>
    <Text size="sm" className="faint">
      {label}
    </Text>
    <span className="figure">
      <Amount of={of} currency={currency} />
    </span>
    {why !== undefined && (
      <Text size="xs" className="faint">
        {why}
      </Text>
    )}
  </div>
);
