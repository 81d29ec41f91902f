// How an existing subscription is paid from the next invoice on: by a saved card, or by the customer, within so many days.

import { NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { List, PaymentMethod, SubscriptionResult } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { CollectionInput, charged, collectionBody } from '../parts/CollectionInput.tsx';
import { cardText, expiryText } from '../parts/card.ts';
import { toast } from '../parts/toast.tsx';
import { t } from './words.ts';

export function ChangeCollection({ subscription: s, close }: { subscription: SubscriptionResult; close(): void }) {
  const { can } = useWho();
  const sent = s.collection_method === 'send_invoice';
  const [collection, setCollection] = useState(() => ({
    sends: sent,
    days: s.days_until_due === null ? charged.days : String(s.days_until_due),
  }));
  const [method, setMethod] = useState(s.payment_method ?? '');
  const cards = useRead<List<PaymentMethod>>(
    '/payment_methods',
    { customer: s.customer, limit: 50 },
    { enabled: can('payment_methods:read') },
  );
  const save = useChange(() => {
    toast(t('collectionChanged'));
    close();
  });
  const charges = !collection.sends;
  const rows = cards.data?.data ?? [];
  const noCard = charges && cards.data !== undefined && rows.length === 0;
  const other = charges && method !== (s.payment_method ?? '');
  const asked = collectionBody(collection);
  const body = asked && {
    collection_method: 'charge_automatically',
    ...asked,
    ...(other ? { payment_method: method === '' ? null : method } : {}),
  };
  const same = charges ? !sent && !other : sent && collection.days.trim() === String(s.days_until_due);
  return (
    <Ask
      opened
      close={close}
      title={t('collectionChange')}
      text={t('collectionText')}
      verb={t('collectionChange')}
      busy={save.isPending}
      error={save.error}
      blocked={!body || same || noCard}
      submit={() => save.mutate({ method: 'PATCH', path: `/subscriptions/${s.id}`, body })}
    >
      <CollectionInput value={collection} onChange={setCollection} />
      {noCard && <Text size="sm">{t('noCard')}</Text>}
      {charges && rows.length > 0 && (
        <NativeSelect
          label={t('card')}
          {...(other && s.open_invoice !== null ? { description: t('collectionOpen') } : {})}
          value={method}
          onChange={(event) => setMethod(event.currentTarget.value)}
          data={[
            { value: '', label: t('cardDefault') },
            ...rows.map((row) => ({ value: row.id, label: `${cardText(row)}, ${expiryText(row)}` })),
          ]}
        />
      )}
    </Ask>
  );
}
