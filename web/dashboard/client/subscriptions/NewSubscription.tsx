// A new subscription: who pays, for what, by which way, from when on, and what follows. What it comes to is shown before it is begun.

import { Alert, Checkbox, NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Customer, List, PaymentMethod, Price, SubscriptionResult } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { money } from '../parts/amount.ts';
import { CollectionInput, charged, collectionBody } from '../parts/CollectionInput.tsx';
import { CustomerInput } from '../parts/CustomerInput.tsx';
import { cardText, expiryText } from '../parts/card.ts';
import { PriceInput, ProductInput } from '../parts/ProductInput.tsx';
import { toast } from '../parts/toast.tsx';
import { anchorBody, BillingDay, fromStart } from './BillingDay.tsx';
import { ComingInvoices, useComing } from './ComingInvoices.tsx';
import { DiscountFields, discountBody, noDiscount } from './DiscountFields.tsx';
import { firstPlan, PhaseFields, type Plan, planBody } from './PhaseFields.tsx';
import { t } from './words.ts';

type Props = { customer?: Customer; close(): void; done(made: SubscriptionResult): void };

const whole = (text: string): number | undefined => (/^\d{1,7}$/.test(text.trim()) ? Number(text.trim()) : undefined);

export function NewSubscription({ customer: given, close, done }: Props) {
  const { can, zone } = useWho();
  const [customer, setCustomer] = useState<Customer | null>(given ?? null);
  const [product, setProduct] = useState<string | null>(null);
  const [price, setPrice] = useState<Price>();
  const [quantity, setQuantity] = useState('1');
  const [currency, setCurrency] = useState('');
  const [method, setMethod] = useState('');
  const [trial, setTrial] = useState('');
  const [tax, setTax] = useState(false);
  const [discount, setDiscount] = useState(noDiscount);
  const [reference, setReference] = useState('');
  const [collection, setCollection] = useState(charged);
  const [anchor, setAnchor] = useState(fromStart);
  const [plan, setPlan] = useState<Plan>();
  const cards = useRead<List<PaymentMethod>>(
    '/payment_methods',
    { customer: customer?.id, limit: 50 },
    { enabled: customer !== null && can('payment_methods:read') },
  );
  const add = useChange<SubscriptionResult>((made) => {
    toast(t('begun'));
    close();
    done(made);
  });
  const count = whole(quantity);
  const days = trial.trim() === '' ? undefined : whole(trial);
  const trialing = (days ?? price?.recurring?.trial_days ?? 0) > 0;
  const noCard = !collection.sends && customer !== null && cards.data !== undefined && cards.data.data.length === 0;
  const bodies = [collectionBody(collection), anchorBody(anchor, zone), plan ? planBody(plan) : {}];
  const said =
    customer !== null &&
    price !== undefined &&
    (trial.trim() === '' || days !== undefined) &&
    !bodies.includes(undefined);
  const body =
    said && count && !noCard
      ? {
          customer: customer.id,
          price: price.id,
          quantity: count,
          ...(currency === '' ? {} : { currency }),
          ...(method === '' || collection.sends ? {} : { payment_method: method }),
          ...(days === undefined ? {} : { trial_days: days }),
          ...discountBody(discount),
          automatic_tax: tax,
          ...Object.assign({}, ...bodies),
        }
      : undefined;
  const coming = useComing(body);
  const charges = coming.preview?.charged_now ?? 0;
  const currencies = price?.amounts.map((amount) => amount.currency) ?? [];
  return (
    <Ask
      opened
      close={close}
      title={t('add')}
      size="lg"
      verb={
        trialing
          ? t('beginTrial')
          : collection.sends
            ? t('beginSent')
            : charges > 0
              ? t('beginCharged', { amount: money(charges, coming.preview?.currency ?? '') })
              : t('begin')
      }
      busy={add.isPending}
      error={add.error}
      blocked={!coming.preview}
      submit={() =>
        add.mutate(
          {
            path: '/subscriptions',
            body: {
              ...body,
              price_snapshot: coming.preview?.first_invoice.item.price_snapshot,
              ...(reference.trim() === '' ? {} : { merchant_reference: reference.trim() }),
            },
          },
          // It may have been refused because the price is another one by now.
          { onError: coming.refresh },
        )
      }
    >
      <CustomerInput
        label={t('customer')}
        required
        value={customer?.id ?? null}
        onChange={(next) => {
          setCustomer(next);
          setMethod('');
        }}
      />
      {noCard && <Alert color="yellow">{t('noCard')}</Alert>}
      <ProductInput
        label={t('product')}
        required
        value={product}
        onChange={(next) => {
          setProduct(next?.id ?? null);
          setPrice(undefined);
          setCurrency('');
        }}
      />
      <PriceInput
        label={t('price')}
        product={product}
        type="recurring"
        value={price?.id ?? ''}
        onChange={(next) => {
          setPrice(next);
          setCurrency('');
        }}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t('quantity')}
          inputMode="numeric"
          value={quantity}
          onChange={(event) => setQuantity(event.currentTarget.value)}
        />
        <TextInput
          label={t('trialDays')}
          placeholder={String(price?.recurring?.trial_days ?? 0)}
          inputMode="numeric"
          maxLength={3}
          value={trial}
          onChange={(event) => setTrial(event.currentTarget.value)}
        />
        {currencies.length > 1 && (
          <NativeSelect
            label={t('inCurrency')}
            value={currency}
            onChange={(event) => setCurrency(event.currentTarget.value)}
            data={currencies.map((code, i) => ({ value: i === 0 ? '' : code, label: code }))}
          />
        )}
        <CollectionInput value={collection} onChange={setCollection} />
        {!collection.sends && (cards.data?.data.length ?? 0) > 0 && (
          <NativeSelect
            label={t('card')}
            value={method}
            onChange={(event) => setMethod(event.currentTarget.value)}
            data={[
              { value: '', label: t('cardDefault') },
              ...(cards.data?.data ?? []).map((row) => ({
                value: row.id,
                label: `${cardText(row)}, ${expiryText(row)}`,
              })),
            ]}
          />
        )}
        <DiscountFields value={discount} onChange={setDiscount} />
        <TextInput
          label={t('reference')}
          maxLength={200}
          value={reference}
          onChange={(event) => setReference(event.currentTarget.value)}
        />
        <BillingDay value={anchor} onChange={setAnchor} />
      </SimpleGrid>
      <Checkbox
        label={t('tax')}
        description={t('taxHint')}
        checked={tax}
        onChange={(event) => setTax(event.currentTarget.checked)}
      />
      <Checkbox
        label={t('follows')}
        description={t('followsHint')}
        checked={plan !== undefined}
        onChange={(event) => setPlan(event.currentTarget.checked ? firstPlan : undefined)}
      />
      {plan && <PhaseFields plan={plan} onChange={setPlan} currency={currency || currencies[0]} />}
      <ComingInvoices of={coming} />
    </Ask>
  );
}
