// Money on its way to the bank: asked for here, cancelled here while it can be.

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Balance, BankAccount, List, Payout } from '../data/types.ts';
import { AmountInput } from '../parts/AmountInput.tsx';
import { Ask } from '../parts/Ask.tsx';
import { calendarDay, minor, money } from '../parts/amount.ts';
import { Amount, Faint, Go, Status } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { createdColumn, idColumn } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { BalanceTabs } from './BalanceTabs.tsx';
import { CancelPayout } from './CancelPayout.tsx';
import { cancellable, destinationText } from './payout.ts';
import { t } from './words.ts';

export function Payouts() {
  const { can } = useWho();
  const [cancelling, setCancelling] = useState<Payout>();
  const writes = can('payouts:write');
  return (
    <ListPage
      title={t('title')}
      label={t('payouts')}
      tabs={<BalanceTabs />}
      found={useList<Payout>('/payouts', {}, { every_ms: 15_000 })}
      at="/balances/payouts"
      csv={can('reports:read') && { label: t('csv'), path: '/reports/payouts' }}
      none={t('noPayouts')}
      add={writes && { label: t('request'), dialog: (close) => <RequestDialog close={close} /> }}
      columns={[
        {
          key: 'amount',
          label: t('amount'),
          cell: (row) => (
            <Go to={`/balances/payouts/${row.id}`}>
              <Amount of={row.amount} currency={row.currency} strong />
            </Go>
          ),
        },
        {
          key: 'status',
          label: t('status'),
          cell: (row) => (
            <>
              <Status of={row.status} /> {row.failure && <Faint>{row.failure.reason ?? row.failure.message}</Faint>}
            </>
          ),
        },
        {
          key: 'to',
          label: t('destination'),
          cell: destinationText,
        },
        {
          key: 'arrives',
          label: t('arrives'),
          cell: (row) => (row.arrives_on === null ? '–' : calendarDay(row.arrives_on)),
        },
        idColumn,
        createdColumn,
        {
          key: 'act',
          label: '',
          cell: (row) =>
            writes && cancellable(row) ? (
              <Button size="compact-xs" variant="default" onClick={() => setCancelling(row)}>
                {t('cancel')}
                <span className="sr">: {money(row.amount, row.currency)}</span>
              </Button>
            ) : null,
        },
      ]}
    >
      {cancelling && <CancelPayout payout={cancelling} close={() => setCancelling(undefined)} />}
    </ListPage>
  );
}

function RequestDialog({ close }: { close(): void }) {
  const balances = useRead<List<Balance>>('/balances');
  const accounts = useRead<List<BankAccount>>('/bank_accounts', { limit: 100 });
  const open = balances.data?.data.filter((one) => one.available > 0) ?? [];
  const [chosen, setChosen] = useState('');
  const [text, setText] = useState('');
  const [bank, setBank] = useState('');
  const [description, setDescription] = useState('');
  const balance = open.find((one) => one.currency === chosen) ?? open[0];
  const currency = balance?.currency ?? 'USD';
  const request = useChange(() => {
    toast(t('requested'));
    close();
  });
  const amount = text.trim() === '' ? undefined : minor(text, currency);
  const wrong = text.trim() !== '' && (amount === undefined || amount <= 0);
  return (
    <Ask
      opened
      close={close}
      title={t('request')}
      text={balances.data && !balance ? t('noneAvailable') : t('requestText')}
      verb={t('request')}
      busy={request.isPending}
      error={request.error ?? balances.error}
      blocked={!balance || wrong}
      submit={() =>
        request.mutate({
          path: '/payouts',
          body: {
            currency,
            ...(amount === undefined ? {} : { amount }),
            ...(bank === '' ? {} : { bank_account: bank }),
            ...(description.trim() === '' ? {} : { description: description.trim() }),
          },
        })
      }
    >
      {balance && (
        <>
          <NativeSelect
            label={t('currency')}
            data={open.map((one) => ({
              value: one.currency,
              label: `${one.currency}: ${money(one.available, one.currency)}`,
            }))}
            value={currency}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          <AmountInput
            label={t('amount')}
            currency={currency}
            value={text}
            onChange={setText}
            most={balance.available}
            description={`${t('all')}: ${money(balance.available, currency)}`}
          />
          <NativeSelect
            label={t('to')}
            data={[
              { value: '', label: t('defaultAccount') },
              ...(accounts.data?.data ?? [])
                .filter((one) => one.currency === currency && !one.deleted)
                .map((one) => ({ value: one.id, label: `${one.bank_name ?? one.holder_name} •••• ${one.last_four}` })),
            ]}
            value={bank}
            onChange={(event) => setBank(event.currentTarget.value)}
          />
          <TextInput
            label={t('description')}
            description={t('descriptionHint')}
            value={description}
            maxLength={200}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
        </>
      )}
    </Ask>
  );
}
