// One customer: who they are, the cards they saved, what they subscribed to, what they were billed and what they paid.

import { Badge, Button, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange, useList, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Customer, CustomerTotals, Invoice, Payment } from '../data/types.ts';
import { InvoiceTable } from '../invoices/InvoiceTable.tsx';
import { Ask } from '../parts/Ask.tsx';
import { addressLine } from '../parts/address.ts';
import { day, money } from '../parts/amount.ts';
import { Amount, Faint, Go, Id, When } from '../parts/Bits.tsx';
import { EmailList } from '../parts/EmailList.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { createdColumn, of, statusColumn, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { Clock } from '../subscriptions/Clock.tsx';
import { Cards } from './Cards.tsx';
import { CustomerDialog } from './CustomerDialog.tsx';
import { PortalLink } from './PortalLink.tsx';
import { Subscriptions } from './Subscriptions.tsx';
import { t } from './words.ts';

export function CustomerPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<Customer>(`/customers/${id}`);
  const customer = found.data;
  const above = (
    <Text size="sm">
      <Go to="/customers">{t('title')}</Go>
    </Text>
  );
  if (!customer)
    return (
      <Page title={t('customer')} above={above}>
        {found.error ? <Refused error={found.error} /> : <Waiting />}
      </Page>
    );
  return (
    <Page
      title={customer.name ?? customer.email ?? t('customer')}
      above={above}
      beside={
        <>
          <Id id={customer.id} />
          {customer.deleted && <Badge color="gray">{t('deleted')}</Badge>}
        </>
      }
      actions={can('customers:write') && !customer.deleted && <Actions customer={customer} />}
    >
      <Section>
        <Fields
          of={[
            [t('email'), customer.email],
            [t('phone'), customer.phone],
            [t('reference'), customer.reference && <Id id={customer.reference} />],
            [t('language'), customer.language],
            [t('address'), addressLine(customer.address)],
            can('payments:read') && [t('spent'), <Spent key="spent" id={customer.id} />],
            [t('created'), <When key="at" at={customer.created_at} />],
            ...Object.entries(customer.metadata).map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
          ]}
        />
      </Section>
      {can('payment_methods:read') && <Cards customer={customer} />}
      {can('subscriptions:read') && <Subscriptions customer={customer} />}
      {can('invoices:read') && <Invoices id={customer.id} />}
      {can('payments:read') && <Payments id={customer.id} />}
      <EmailList title={t('emails')} customer={customer.id} />
      {can('test_clocks:read') && !customer.deleted && <Clock customer={customer.id} />}
    </Page>
  );
}

function Spent({ id }: { id: string }) {
  const { zone } = useWho();
  const { data } = useRead<CustomerTotals>(`/customers/${id}/totals`);
  if (!data) return <Faint>–</Faint>;
  if (data.totals.length === 0) return <Faint>{t('spentNothing')}</Faint>;
  return (
    <>
      {data.totals.map((one) => (
        <div key={one.currency}>
          <Amount of={one.total_spent} currency={one.currency} strong />{' '}
          <Faint>
            {t('spentIn', { count: one.payments })}
            {one.amount_refunded > 0 && `, ${t('spentBack', { amount: money(one.amount_refunded, one.currency) })}`}
          </Faint>
        </div>
      ))}
      {data.counted_from !== null && <Faint>{t('spentSince', { day: day(data.counted_from, zone) })}</Faint>}
    </>
  );
}

function Actions({ customer }: { customer: Customer }) {
  const { can } = useWho();
  const [asking, setAsking] = useState<'edit' | 'remove'>();
  const remove = useChange(() => {
    toast(t('removed'));
    setAsking(undefined);
  });
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking('edit')}>
        {t('edit')}
      </Button>
      {can('portal_sessions:write') && <PortalLink customer={customer.id} />}
      {can('customers:write', 'customers.delete') && (
        <Button size="xs" variant="default" onClick={() => setAsking('remove')}>
          {t('remove')}
        </Button>
      )}
      {asking === 'edit' && <CustomerDialog customer={customer} close={() => setAsking(undefined)} />}
      <Ask
        opened={asking === 'remove'}
        close={() => setAsking(undefined)}
        title={t('remove')}
        text={t('removeText')}
        verb={t('remove')}
        danger
        busy={remove.isPending}
        error={remove.error}
        submit={() => remove.mutate({ method: 'DELETE', path: `/customers/${customer.id}` })}
      />
    </>
  );
}

function Payments({ id }: { id: string }) {
  const found = useList<Payment>('/payments', { customer: id });
  return (
    <Section title={t('payments')} flush>
      <Table
        label={t('payments')}
        {...of(found)}
        to={(row) => `/payments/${row.id}`}
        columns={[
          {
            key: 'amount',
            label: t('amount'),
            cell: (row) => (
              <Go to={`/payments/${row.id}`}>
                <Amount of={row.amount} currency={row.currency} strong />
              </Go>
            ),
          },
          statusColumn,
          createdColumn,
        ]}
      />
    </Section>
  );
}

function Invoices({ id }: { id: string }) {
  const found = useList<Invoice>('/invoices', { customer: id, limit: 10 });
  if (found.rows?.length === 0) return null;
  return (
    <Section title={t('invoices')} flush actions={<Go to={`/billing/invoices?customer=${id}`}>{t('all')}</Go>}>
      <InvoiceTable {...of(found)} of="customer" />
    </Section>
  );
}
