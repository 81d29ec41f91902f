// ⌘K: an id leads to its object; an e-mail, reference, amount or four digits find payments, and an e-mail customers as well.

import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Link, useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Customer, List, Payment } from '../data/types.ts';
import { minor } from '../parts/amount.ts';
import { Amount, Status } from '../parts/Bits.tsx';
import { Icon } from '../parts/icons.tsx';
import { objectName, objectPage } from '../parts/object-page.ts';
import { places } from './Navigation.tsx';
import { t } from './words.ts';

type Hit = { to: string; key: string; left: ReactNode; right?: ReactNode };

export function Search({ close }: { close(): void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [asked] = useDebouncedValue(text.trim(), 180);
  const hits = useHits(text.trim(), asked);
  const navigate = useNavigate();
  const chosen = Math.min(at, Math.max(0, hits.found.length - 1));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setAt(Math.max(0, Math.min(hits.found.length - 1, chosen + (event.key === 'ArrowDown' ? 1 : -1))));
    }
    const hit = hits.found[chosen];
    if (event.key === 'Enter' && hit) {
      close();
      void navigate({ to: hit.to });
    }
  };
  return (
    <Modal opened onClose={close} withCloseButton={false} title={t('search')} size="lg" yOffset="10vh">
      <Stack gap="sm">
        <TextInput
          data-autofocus
          aria-label={t('search')}
          placeholder={t('searchHint')}
          leftSection={<Icon name="search" size={16} />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          size="md"
        />
        <div className="results">
          {hits.found.map((hit, i) => (
            <Link key={hit.key} to={hit.to} onClick={close} data-chosen={i === chosen || undefined}>
              <span>{hit.left}</span>
              {hit.right}
            </Link>
          ))}
        </div>
        {asked !== '' && hits.found.length === 0 && !hits.busy && <Text size="sm">{t('noHit', { text: asked })}</Text>}
        <Text size="xs" className="faint">
          {t('searchHelp')}
        </Text>
      </Stack>
    </Modal>
  );
}

/** Places and ids by what stands there, rows by what stood there a moment ago: nothing is asked at every letter. */
function useHits(typed: string, text: string): { found: Hit[]; busy: boolean } {
  const { can, account } = useWho();
  const direct = objectPage(typed);
  const amount = account && /^[\d.,]+$/.test(text) ? minor(text, account.currency) : undefined;
  const payments = can('payments:read') && text !== '' && direct === undefined;
  const one = { limit: 5 };
  const email = useRead<List<Payment>>(
    '/payments',
    { ...one, email: text },
    { enabled: payments && text.includes('@') },
  );
  const sum = useRead<List<Payment>>('/payments', { ...one, amount }, { enabled: payments && (amount ?? 0) > 0 });
  const four = useRead<List<Payment>>(
    '/payments',
    { ...one, card_last_four: text },
    { enabled: payments && /^\d{4}$/.test(text) },
  );
  const reference = useRead<List<Payment>>(
    '/payments',
    { ...one, merchant_reference: text },
    { enabled: payments && !text.includes('@') },
  );
  const people = useRead<List<Customer>>(
    '/customers',
    { ...one, email: text },
    { enabled: can('customers:read') && text.includes('@') },
  );
  const seen = new Map<string, Hit>();
  if (direct !== undefined) seen.set(typed, { to: direct, key: typed, left: typed, right: objectName(typed) });
  const found = typed === text ? [email, sum, four, reference] : [];
  for (const { data } of found) {
    for (const payment of data?.data ?? []) {
      seen.set(payment.id, {
        to: `/payments/${payment.id}`,
        key: payment.id,
        left: (
          <>
            <Amount of={payment.amount} currency={payment.currency} strong />{' '}
            <span className="faint">{payment.email ?? payment.merchant_reference ?? payment.id}</span>
          </>
        ),
        right: <Status of={payment.status} />,
      });
    }
  }
  for (const one of (typed === text && people.data?.data) || [])
    seen.set(one.id, { to: `/customers/${one.id}`, key: one.id, left: one.name ?? one.email, right: t('customer') });
  const wanted = typed.toLowerCase();
  for (const { to, label, any } of places) {
    const open = any.length === 0 || any.some((scope) => can(scope));
    if (open && t(label).toLowerCase().includes(wanted)) seen.set(to, { to, key: to, left: t(label) });
  }
  const busy = typed !== text || [email, sum, four, reference, people].some((query) => query.isFetching);
  return { found: [...seen.values()], busy };
}
