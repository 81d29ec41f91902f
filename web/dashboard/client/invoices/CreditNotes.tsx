// What of an invoice was taken back, and the way to take more of it back.

import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { CreditNote, Invoice } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { AmountInput } from '../parts/AmountInput.tsx';
import { Ask } from '../parts/Ask.tsx';
import { major, minor, money } from '../parts/amount.ts';
import { Amount } from '../parts/Bits.tsx';
import { Empty, Section } from '../parts/Page.tsx';
import { createdColumn, of, statusColumn, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

export function CreditNotes({ invoice }: { invoice: Invoice }) {
  const { can } = useWho();
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<CreditNote>();
  const found = useList<CreditNote>('/credit_notes', { invoice: invoice.id });
  const end = useChange(() => {
    toast(t('noteVoided'));
    setEnding(undefined);
  });
  const writes = can('credit_notes:write');
  return (
    <Section
      title={t('notes')}
      flush
      actions={writes && <Act label={t('addNote')} why={whyNoNote(invoice)} act={() => setAdding(true)} />}
    >
      <Table
        label={t('notes')}
        {...of(found)}
        empty={<Empty title={t('noNotes')} />}
        columns={[
          {
            key: 'number',
            label: t('number'),
            cell: (row) => (
              <a className="go nowrap" href={row.pdf} target="_blank" rel="noreferrer">
                {row.number}
                <span className="sr">, {t('pdf')}</span>
              </a>
            ),
          },
          {
            key: 'amount',
            label: t('amount'),
            cell: (row) => <Amount of={row.total} currency={row.currency} strong />,
          },
          statusColumn,
          { key: 'method', label: t('method'), cell: (row) => named(row.method) },
          { key: 'reason', label: t('why'), cell: (row) => [named(row.reason), row.memo].filter(Boolean).join(': ') },
          createdColumn,
          {
            key: 'act',
            label: '',
            cell: (row) =>
              writes && row.status === 'issued' && row.method !== 'refund' ? (
                <Button size="compact-xs" variant="default" onClick={() => setEnding(row)}>
                  {t('void')}
                  <span className="sr">: {row.number}</span>
                </Button>
              ) : null,
          },
        ]}
      />
      {adding && <NewNote invoice={invoice} close={() => setAdding(false)} />}
      {ending && (
        <Ask
          opened
          close={() => setEnding(undefined)}
          title={`${t('void')}: ${ending.number}`}
          text={t('noteVoidText')}
          verb={t('void')}
          danger
          busy={end.isPending}
          error={end.error}
          submit={() => end.mutate({ path: `/credit_notes/${ending.id}/void` })}
        />
      )}
    </Section>
  );
}

/** What can still be credited: of what was paid, or of what is due. */
const most = (invoice: Invoice): number =>
  invoice.status === 'paid' ? invoice.total - invoice.amount_credited : invoice.amount_due;

function whyNoNote(invoice: Invoice): string | undefined {
  if (invoice.status === 'void') return t('whyVoid');
  if (invoice.payment_under_way) return t('whyBusy');
  return most(invoice) > 0 ? undefined : t('whyCredited');
}

const reasons = ['duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory', 'other'];
const methods = ['refund', 'credit_balance', 'out_of_band'] as const;

function NewNote({ invoice, close }: { invoice: Invoice; close(): void }) {
  const { currency } = invoice;
  const paid = invoice.status === 'paid';
  const bound = most(invoice);
  const [text, setText] = useState(() => major(bound, currency));
  const [method, setMethod] = useState<string>(invoice.payment === null ? 'credit_balance' : 'refund');
  const [reason, setReason] = useState('order_change');
  const [memo, setMemo] = useState('');
  const add = useChange<CreditNote>((note) => {
    toast(t('noteMade', { number: note.number }));
    close();
  });
  const amount = minor(text, currency);
  return (
    <Ask
      opened
      close={close}
      title={t('addNote')}
      text={paid ? t('noteText') : t('noteOpenText')}
      verb={amount === undefined ? t('addNote') : `${t('addNote')} ${money(amount, currency)}`}
      danger
      busy={add.isPending}
      error={add.error}
      blocked={amount === undefined || amount <= 0}
      submit={() =>
        add.mutate({
          path: '/credit_notes',
          body: {
            invoice: invoice.id,
            amount,
            reason,
            ...(paid ? { method } : {}),
            ...(memo.trim() === '' ? {} : { memo: memo.trim() }),
          },
        })
      }
    >
      <AmountInput
        label={t('amount')}
        required
        currency={currency}
        value={text}
        most={bound}
        description={t('atMost', { amount: money(bound, currency) })}
        onChange={setText}
      />
      {paid && (
        <NativeSelect
          label={t('method')}
          value={method}
          onChange={(event) => setMethod(event.currentTarget.value)}
          data={methods.map((value) => ({ value, label: t(value) }))}
        />
      )}
      <NativeSelect
        label={t('why')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        data={reasons.map((value) => ({ value, label: named(value) }))}
      />
      <Textarea
        label={t('memo')}
        description={t('memoHint')}
        maxLength={500}
        autosize
        minRows={2}
        value={memo}
        onChange={(event) => setMemo(event.currentTarget.value)}
      />
    </Ask>
  );
}
