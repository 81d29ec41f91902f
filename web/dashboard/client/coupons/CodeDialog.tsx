// A new promotion code of a coupon: chosen or made, and limited.

import { Checkbox, Group, Pill, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { PromotionCode } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { amountsOf, ByCurrency, type CurrencyText } from '../parts/ByCurrency.tsx';
import { CustomerInput, customerText } from '../parts/CustomerInput.tsx';
import { momentOf } from '../parts/days.ts';
import { toast } from '../parts/toast.tsx';
import { count, Span } from './Span.tsx';
import { t } from './words.ts';

type Person = { id: string; name: string };

export function CodeDialog({ coupon, close }: { coupon: string; close(): void }) {
  const { account, zone, can } = useWho();
  const [code, setCode] = useState('');
  const [people, setPeople] = useState<Person[]>([]);
  const [limit, setLimit] = useState('');
  const [each, setEach] = useState('');
  const [first, setFirst] = useState(false);
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [minimum, setMinimum] = useState<CurrencyText[]>([]);
  const add = useChange<PromotionCode>((made) => {
    toast(t('codeMade', { code: made.code }));
    close();
  });
  const wrong = code.trim() !== '' && !/^[A-Za-z0-9_-]{3,50}$/.test(code.trim());
  const most = count(limit);
  const most_each = count(each);
  const least = amountsOf(minimum);
  const moment = (wall: string) => momentOf(wall, zone)?.toISOString();
  return (
    <Ask
      opened
      close={close}
      title={t('addCode')}
      verb={t('addCode')}
      busy={add.isPending}
      error={add.error}
      blocked={wrong || most === 'wrong' || most_each === 'wrong' || least === undefined}
      submit={() =>
        add.mutate({
          path: '/promotion_codes',
          body: {
            coupon,
            ...(code.trim() === '' ? {} : { code: code.trim() }),
            ...(people.length === 0 ? {} : { customers: people.map(({ id }) => id) }),
            max_redemptions: most,
            max_per_customer: most_each,
            first_order_only: first,
            minimum_amounts: least,
            valid_from: moment(from),
            expires_at: moment(until),
          },
        })
      }
    >
      <TextInput
        label={t('code')}
        description={t('codeHint')}
        maxLength={50}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
        value={code}
        error={wrong ? t('codeWrong') : undefined}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t('limit')}
          placeholder={t('noLimit')}
          inputMode="numeric"
          value={limit}
          onChange={(event) => setLimit(event.currentTarget.value)}
        />
        <TextInput
          label={t('perCustomer')}
          placeholder={t('noLimit')}
          inputMode="numeric"
          value={each}
          onChange={(event) => setEach(event.currentTarget.value)}
        />
      </SimpleGrid>
      <Checkbox label={t('firstOrder')} checked={first} onChange={(event) => setFirst(event.currentTarget.checked)} />
      <Span from={from} until={until} onFrom={setFrom} onUntil={setUntil} end={t('expires')} />
      {can('customers:read') && (
        <Stack gap="xs">
          <CustomerInput
            key={people.length}
            label={t('customers')}
            value={null}
            onChange={(found) =>
              found &&
              !people.some(({ id }) => id === found.id) &&
              setPeople([...people, { id: found.id, name: customerText(found) }])
            }
          />
          {people.length > 0 && (
            <Group gap={6}>
              {people.map(({ id, name }) => (
                <Pill
                  key={id}
                  withRemoveButton
                  removeButtonProps={{ 'aria-label': `${t('takeAway')}: ${name}`, tabIndex: 0, 'aria-hidden': false }}
                  onRemove={() => setPeople(people.filter((one) => one.id !== id))}
                >
                  {name}
                </Pill>
              ))}
            </Group>
          )}
        </Stack>
      )}
      <ByCurrency
        label={t('minimum')}
        {...(minimum.length > 0 ? { description: t('codeMinimumHint') } : {})}
        add={t('addCurrency')}
        own={account?.currency ?? 'USD'}
        rows={minimum}
        onChange={setMinimum}
      />
    </Ask>
  );
}
