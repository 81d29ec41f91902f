// An invoice by hand: what a customer owes once, in lines of an amount, and how it is paid.

import { Alert, Button, Checkbox, Group, NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { currencies } from '../../../../src/kit/money.ts';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Customer, Invoice } from '../data/types.ts';
import { AmountInput } from '../parts/AmountInput.tsx';
import { Ask } from '../parts/Ask.tsx';
import { minor } from '../parts/amount.ts';
import { TakeAway } from '../parts/ByCurrency.tsx';
import { CollectionInput, charged, collectionBody } from '../parts/CollectionInput.tsx';
import { CustomerInput } from '../parts/CustomerInput.tsx';
import { toast } from '../parts/toast.tsx';
import { t } from './words.ts';

type Line = { key: number; what: string; amount: string };
const mostLines = 100;

type Props = { customer?: Customer; close(): void; done(made: Invoice): void };

export function NewInvoice({ customer: given, close, done }: Props) {
  const { account } = useWho();
  const [customer, setCustomer] = useState<Customer | null>(given ?? null);
  const [currency, setCurrency] = useState(account?.currency ?? 'USD');
  const [lines, setLines] = useState<Line[]>([{ key: 0, what: '', amount: '' }]);
  const [collection, setCollection] = useState({ ...charged, sends: true });
  const [note, setNote] = useState('');
  const [reference, setReference] = useState('');
  const [tax, setTax] = useState(false);
  const add = useChange<Invoice>((made) => {
    toast(t('added'));
    close();
    done(made);
  });
  // What was chosen from a list may have got its card since.
  const fresh = useRead<Customer>(`/customers/${customer?.id}`, {}, { enabled: customer !== null });
  const noCard = !collection.sends && fresh.data?.default_payment_method === null;
  const set = (key: number, changed: Partial<Line>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...changed } : line)));
  const bodies = lines.map(({ what, amount }) => ({ description: what.trim(), amount: minor(amount, currency) ?? 0 }));
  const whole = bodies.every(({ description, amount }) => description !== '' && amount > 0);
  const way = collectionBody(collection);
  return (
    <Ask
      opened
      close={close}
      title={t('add')}
      text={t('addText')}
      size="lg"
      verb={collection.sends ? t('addSend') : t('addCharge')}
      busy={add.isPending}
      error={add.error}
      blocked={!customer || !whole || !way || noCard}
      submit={() =>
        add.mutate({
          path: '/invoices',
          body: {
            customer: customer?.id,
            currency,
            lines: bodies,
            ...way,
            automatic_tax: tax,
            ...(note.trim() === '' ? {} : { description: note.trim() }),
            ...(reference.trim() === '' ? {} : { merchant_reference: reference.trim() }),
          },
        })
      }
    >
      <CustomerInput label={t('customer')} required value={customer?.id ?? null} onChange={setCustomer} />
      {noCard && <Alert color="yellow">{t('noCard')}</Alert>}
      {lines.map((line, i) => (
        <fieldset key={line.key} className="tiers phase">
          <legend>{t('lineIs', { place: i + 1 })}</legend>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label={t('lineWhat')}
              required
              maxLength={500}
              value={line.what}
              onChange={(event) => set(line.key, { what: event.currentTarget.value })}
            />
            <AmountInput
              label={t('amount')}
              required
              currency={currency}
              value={line.amount}
              onChange={(amount) => set(line.key, { amount })}
            />
          </SimpleGrid>
          {lines.length > 1 && (
            <TakeAway
              name={t('lineIs', { place: i + 1 })}
              act={() => setLines(lines.filter(({ key }) => key !== line.key))}
            />
          )}
        </fieldset>
      ))}
      {lines.length < mostLines && (
        <Group>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() =>
              setLines([...lines, { key: Math.max(...lines.map(({ key }) => key)) + 1, what: '', amount: '' }])
            }
          >
            {t('addLine')}
          </Button>
        </Group>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NativeSelect
          label={t('currency')}
          value={currency}
          onChange={(event) => setCurrency(event.currentTarget.value)}
          data={Object.keys(currencies)}
        />
        <CollectionInput value={collection} onChange={setCollection} />
        <TextInput
          label={t('note')}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <TextInput
          label={t('reference')}
          maxLength={200}
          value={reference}
          onChange={(event) => setReference(event.currentTarget.value)}
        />
      </SimpleGrid>
      <Checkbox
        label={t('tax')}
        description={t('taxHint')}
        checked={tax}
        onChange={(event) => setTax(event.currentTarget.checked)}
      />
    </Ask>
  );
}
