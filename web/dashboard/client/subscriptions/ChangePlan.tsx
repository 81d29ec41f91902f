// Another price or quantity, now or later: what it comes to is the server's own preview, shown before anything is done.

import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Preview, SubscriptionResult } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { day, money } from '../parts/amount.ts';
import { Faint } from '../parts/Bits.tsx';
import { Refused, Waiting } from '../parts/Page.tsx';
import { PriceInput, ProductInput } from '../parts/ProductInput.tsx';
import { toast } from '../parts/toast.tsx';
import { planText } from './actions.ts';
import { SumTable } from './SumTable.tsx';
import { t } from './words.ts';

const prorations = ['prorate_now', 'prorate_next', 'none', 'full_now'] as const;

export function ChangePlan({ subscription: s, close }: { subscription: SubscriptionResult; close(): void }) {
  const { zone } = useWho();
  const [product, setProduct] = useState<string | null>(s.item.product);
  const [price, setPrice] = useState<string>(s.item.price);
  const [quantity, setQuantity] = useState(String(s.item.quantity));
  const [at, setAt] = useState('now');
  const [proration, setProration] = useState<string>('prorate_now');
  const count = /^[1-9]\d{0,6}$/.test(quantity) ? Number(quantity) : undefined;
  const other = price !== '' && price !== s.item.price;
  const changed = count !== undefined && price !== '' && (other || count !== s.item.quantity);
  const query = {
    ...(other ? { price } : {}),
    quantity: count,
    at,
    ...(at === 'now' ? { proration } : {}),
  };
  const [asked] = useDebouncedValue(JSON.stringify(query), 200);
  const preview = useRead<Preview>(`/subscriptions/${s.id}/preview`, JSON.parse(asked), { enabled: changed });
  const ready = changed && asked === JSON.stringify(query) && !preview.isFetching ? preview.data : undefined;
  const change = useChange<SubscriptionResult>((after) => {
    const done = after.item.price === price && after.item.quantity === count;
    toast(at === 'period_end' ? t('scheduled') : done ? t('changed') : t('changedWaits'));
    close();
  });
  const due = ready?.billed_now && ready.amount_due > 0 ? ready.amount_due : 0;
  return (
    <Ask
      opened
      close={close}
      title={t('change')}
      text={t('changeText')}
      size="lg"
      verb={
        at === 'period_end'
          ? t('schedule')
          : due > 0
            ? t('changeVerb', { amount: money(due, s.currency) })
            : t('changeFree')
      }
      busy={change.isPending}
      error={change.error}
      blocked={!ready}
      submit={() =>
        ready &&
        change.mutate({
          method: 'PATCH',
          path: `/subscriptions/${s.id}`,
          body: { ...query, ...(other ? { price_snapshot: ready.item.price_snapshot } : {}) },
        })
      }
    >
      <ProductInput
        label={t('product')}
        value={product}
        onChange={(next) => {
          setProduct(next?.id ?? null);
          if (next?.id !== product) setPrice('');
        }}
      />
      <PriceInput
        label={t('newPrice')}
        product={product}
        type="recurring"
        currency={s.currency}
        value={price}
        onChange={(next) => setPrice(next?.id ?? '')}
      />
      <TextInput
        label={t('quantity')}
        inputMode="numeric"
        maxLength={7}
        value={quantity}
        onChange={(event) => setQuantity(event.currentTarget.value.trim())}
      />
      <NativeSelect
        label={t('when')}
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
        data={[
          { value: 'now', label: t('now') },
          { value: 'period_end', label: t('atPeriodEnd', { at: day(s.current_period_end, zone) }) },
        ]}
      />
      {at === 'now' && (
        <NativeSelect
          label={t('proration')}
          value={proration}
          onChange={(event) => setProration(event.currentTarget.value)}
          data={prorations.map((value) => ({ value, label: t(value === 'none' ? 'prorateNone' : value) }))}
        />
      )}
      {!changed && <Faint>{t('previewWait')}</Faint>}
      {changed && <Refused error={preview.error} />}
      {changed && !ready && !preview.error && <Waiting lines={3} />}
      {ready && <Sums preview={ready} />}
    </Ask>
  );
}

/** The lines as they would stand on the invoice, and what is charged of them. */
export function Sums({ preview: p, label = t('preview') }: { preview: Preview; label?: string }) {
  const { zone } = useWho();
  const dueLabel = p.billed_now ? t('due') : p.immediate ? t('dueLater') : t('dueRenewal');
  return (
    <section aria-label={label} className="preview-sums">
      <Text size="sm" fw={600}>
        {planText(p.item, p.currency)}
      </Text>
      <Text size="xs" className="faint">
        {t('periodText', { from: day(p.period_start, zone), to: day(p.period_end, zone) })}
      </Text>
      <SumTable of={p} currency={p.currency} label={dueLabel} />
      {p.due_at !== null && (
        <Text size="xs" className="faint" mt={4}>
          {t('dueSent', { day: day(p.due_at, zone) })}
        </Text>
      )}
      {p.total < 0 && (
        <Text size="xs" className="faint" mt={4}>
          {t('keptCredit')}
        </Text>
      )}
    </section>
  );
}
