// Who sells, as invoices print it.

import { Button, Group, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Seller } from '../data/types.ts';
import { Refused, Section, Waiting } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { catalogue } from '../words.ts';

const t = catalogue({
  en: {
    title: 'Your name and address on invoices',
    text: 'Invoices that are made from now on print this; those that were made keep what they had.',
    name: 'Registered name',
    nameHint: 'Empty: the name of the merchant.',
    tax_id: 'Tax number',
    email: 'E-mail',
    phone: 'Phone',
    line1: 'Street and number',
    line2: 'More of the address',
    postal_code: 'Postal code',
    city: 'City',
    state: 'State or region',
    country: 'Country, two letters such as DE',
    footer: 'At the foot of every page',
    save: 'Save',
    saved: 'The details are saved.',
  },
});

const own = ['name', 'tax_id', 'email', 'phone'] as const;
const places = ['line1', 'line2', 'postal_code', 'city', 'state', 'country'] as const;
const mosts: Record<string, number> = { name: 200, tax_id: 50, email: 254, phone: 40, country: 2 };

export function SellerSection() {
  const found = useRead<Seller>('/seller');
  return (
    <Section title={t('title')}>
      <Refused error={found.error} />
      {found.isPending && <Waiting lines={4} />}
      {found.data && <Editor seller={found.data} />}
    </Section>
  );
}

function Editor({ seller }: { seller: Seller }) {
  const { can } = useWho();
  const writes = can('billing_settings:write');
  const [draft, setDraft] = useState<Record<string, string>>(() => ({
    ...Object.fromEntries(own.map((name) => [name, seller[name] ?? ''])),
    ...Object.fromEntries(places.map((name) => [name, seller.address?.[name] ?? ''])),
    footer: seller.footer ?? '',
  }));
  const save = useChange(() => toast(t('saved')));
  const said = (name: string) => draft[name]?.trim() || null;
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const address = Object.fromEntries(
      places.flatMap((name) => {
        const text = said(name);
        return text === null ? [] : [[name, name === 'country' ? text.toUpperCase() : text]];
      }),
    );
    const body = {
      ...Object.fromEntries(own.map((name) => [name, said(name)])),
      footer: said('footer'),
      address: Object.keys(address).length === 0 ? null : address,
    };
    save.mutate({ method: 'PATCH', path: '/seller', body });
  };
  const field = (name: (typeof own)[number] | (typeof places)[number]) => (
    <TextInput
      key={name}
      label={t(name)}
      {...(name === 'name' ? { description: t('nameHint') } : {})}
      className="end"
      readOnly={!writes}
      maxLength={mosts[name] ?? 200}
      value={draft[name] ?? ''}
      onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
    />
  );
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        <Text size="sm">{t('text')}</Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {own.map(field)}
          {places.map(field)}
        </SimpleGrid>
        <Textarea
          label={t('footer')}
          autosize
          minRows={2}
          maxLength={500}
          readOnly={!writes}
          value={draft.footer ?? ''}
          onChange={(event) => setDraft({ ...draft, footer: event.currentTarget.value })}
        />
        <Refused error={save.error} />
        {writes && (
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
