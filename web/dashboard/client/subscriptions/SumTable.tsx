// The lines of an invoice that is to come, and what they come to. The server worked it out.

import { Table } from '@mantine/core';
import type { Preview } from '../data/types.ts';
import { Amount } from '../parts/Bits.tsx';
import { t } from './words.ts';

type Sums = Pick<Preview, 'lines' | 'discounts' | 'tax' | 'total' | 'credit_applied' | 'amount_due'>;

/** `label`: what the last row is, which is what is asked for. */
export function SumTable({ of: p, currency, label }: { of: Sums; currency: string; label: string }) {
  const row = (name: string, amount: number, strong = false) => (
    <Table.Tr key={name}>
      <Table.Td className={strong ? 'strong' : undefined}>{name}</Table.Td>
      <Table.Td className="right">
        <Amount of={amount} currency={currency} strong={strong} />
      </Table.Td>
    </Table.Tr>
  );
  return (
    <Table mt="xs" verticalSpacing={6} horizontalSpacing={0}>
      <Table.Tbody>
        {p.lines.map((line, i) => row(`${i + 1}. ${line.description}`, line.amount))}
        {p.discounts.map((one) => row(one.code === null ? one.name : `${one.name} (${one.code})`, -one.amount))}
        {p.tax !== 0 && row(t('taxAmount'), p.tax)}
        {row(t('total'), p.total)}
        {p.credit_applied !== 0 && row(t('creditApplied'), -p.credit_applied)}
        {row(label, Math.max(0, p.amount_due), true)}
      </Table.Tbody>
    </Table>
  );
}
