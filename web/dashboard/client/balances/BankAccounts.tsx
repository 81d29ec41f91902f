// Where money is sent. The numbers are typed once and never shown again, but for the last four.

import { Badge, Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { currencies } from '../../../../src/kit/money.ts';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { BankAccount } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Faint, Status } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { Refused } from '../parts/Page.tsx';
import { idColumn } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { BalanceTabs } from './BalanceTabs.tsx';
import { t } from './words.ts';

export function BankAccounts() {
  const { can } = useWho();
  const [removing, setRemoving] = useState<BankAccount>();
  const change = useChange();
  const remove = useChange(() => {
    toast(t('removed'));
    setRemoving(undefined);
  });
  const writes = can('bank_accounts:write');
  return (
    <ListPage
      title={t('title')}
      label={t('bankAccounts')}
      tabs={<BalanceTabs />}
      found={useList<BankAccount>('/bank_accounts')}
      none={t('noAccounts')}
      noneText={t('noAccountsText')}
      add={writes && { label: t('add'), dialog: (close) => <AddDialog close={close} /> }}
      above={<Refused error={change.error} />}
      columns={[
        {
          key: 'bank',
          label: t('destination'),
          cell: (row) => `${row.bank_name ?? row.kind.toUpperCase()} •••• ${row.last_four}`,
        },
        { key: 'holder', label: t('holder'), cell: (row) => row.holder_name },
        { key: 'currency', label: t('currency'), cell: (row) => row.currency },
        {
          key: 'status',
          label: t('status'),
          cell: (row) => (
            <>
              <Status of={row.status} /> {row.default && <Badge variant="default">{t('default')}</Badge>}
              {row.rejection_reason !== null && <Faint> {t('rejected', { reason: row.rejection_reason })}</Faint>}
            </>
          ),
        },
        idColumn,
        {
          key: 'act',
          label: '',
          cell: (row) =>
            writes ? (
              <Group gap={4} wrap="nowrap" justify="flex-end">
                {!row.default && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() =>
                      change.mutate({ method: 'PATCH', path: `/bank_accounts/${row.id}`, body: { default: true } })
                    }
                  >
                    {t('makeDefault')}
                  </Button>
                )}
                <Button size="compact-xs" variant="default" onClick={() => setRemoving(row)}>
                  {t('remove')}
                </Button>
              </Group>
            ) : null,
        },
      ]}
    >
      <Ask
        opened={removing !== undefined}
        close={() => setRemoving(undefined)}
        title={t('remove')}
        text={t('removeText')}
        verb={t('remove')}
        danger
        busy={remove.isPending}
        error={remove.error}
        submit={() => remove.mutate({ method: 'DELETE', path: `/bank_accounts/${removing?.id}` })}
      />
    </ListPage>
  );
}

type Kind = 'us' | 'hk' | 'iban';
type Name = 'routing_number' | 'account_number' | 'clearing_code' | 'branch_code' | 'iban';

const fields: Record<Kind, readonly (readonly [Name, Parameters<typeof t>[0]])[]> = {
  us: [
    ['routing_number', 'routing'],
    ['account_number', 'number'],
  ],
  hk: [
    ['clearing_code', 'clearing'],
    ['branch_code', 'branch'],
    ['account_number', 'number'],
  ],
  iban: [['iban', 'iban']],
};
const usual: Record<Kind, string> = { us: 'USD', hk: 'HKD', iban: 'EUR' };

function AddDialog({ close }: { close(): void }) {
  const [kind, setKind] = useState<Kind>('us');
  const [currency, setCurrency] = useState('USD');
  const [holder, setHolder] = useState('');
  const [bank, setBank] = useState('');
  const [numbers, setNumbers] = useState<Partial<Record<Name, string>>>({});
  const [first, setFirst] = useState(false);
  const add = useChange(() => {
    toast(t('added'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={t('add')}
      text={t('addText')}
      verb={t('add')}
      busy={add.isPending}
      error={add.error}
      submit={() =>
        add.mutate({
          path: '/bank_accounts',
          body: {
            kind,
            currency,
            holder_name: holder,
            ...(bank.trim() === '' ? {} : { bank_name: bank }),
            ...Object.fromEntries(fields[kind].map(([name]) => [name, numbers[name] ?? ''])),
            ...(first ? { default: true } : {}),
          },
        })
      }
    >
      <Group grow>
        <NativeSelect
          label={t('kind')}
          data={(['us', 'hk', 'iban'] as const).map((value) => ({ value, label: t(value) }))}
          value={kind}
          onChange={(event) => {
            const next = event.currentTarget.value as Kind;
            setKind(next);
            setCurrency(usual[next]);
          }}
        />
        <NativeSelect
          label={t('currency')}
          data={Object.keys(currencies)}
          value={currency}
          onChange={(event) => setCurrency(event.currentTarget.value)}
        />
      </Group>
      <TextInput
        label={t('holder')}
        required
        value={holder}
        onChange={(event) => setHolder(event.currentTarget.value)}
      />
      <TextInput label={t('bank')} value={bank} onChange={(event) => setBank(event.currentTarget.value)} />
      {fields[kind].map(([name, label]) => (
        <TextInput
          key={name}
          label={t(label)}
          required
          autoComplete="off"
          value={numbers[name] ?? ''}
          onChange={(event) => setNumbers({ ...numbers, [name]: event.currentTarget.value })}
        />
      ))}
      <Checkbox label={t('isDefault')} checked={first} onChange={(event) => setFirst(event.currentTarget.checked)} />
    </Ask>
  );
}
