// What belongs to a payment: its refunds, disputes, events and the calls about it. Each is shown only to who may see it.

import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Dispute, Event, Payment, Refund, RequestLog } from '../data/types.ts';
import { ResultCode } from '../developers/ResultCode.tsx';
import { Amount, Go, RequestId } from '../parts/Bits.tsx';
import { Empty, Section } from '../parts/Page.tsx';
import { createdColumn, idColumn, of, statusColumn, Table } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

export function Beside({ payment }: { payment: Payment }) {
  const { can } = useWho();
  return (
    <>
      {can('refunds:read') && <Refunds payment={payment} />}
      {can('disputes:read') && <Disputes payment={payment} />}
      {can('events:read') && <Events payment={payment} />}
      {can('request_logs:read') && <Calls payment={payment} />}
    </>
  );
}

function Refunds({ payment }: { payment: Payment }) {
  const found = useList<Refund>('/refunds', { payment: payment.id });
  if (found.rows?.length === 0) return null;
  return (
    <Section title={t('refunds')} flush>
      <Table
        label={t('refunds')}
        {...of(found)}
        columns={[
          {
            key: 'amount',
            label: t('amount'),
            cell: (row) => <Amount of={row.amount} currency={row.currency} strong />,
          },
          statusColumn,
          {
            key: 'reason',
            label: t('reason'),
            cell: (row) => [named(row.reason), row.note].filter(Boolean).join(': '),
          },
          idColumn,
          createdColumn,
        ]}
      />
    </Section>
  );
}

function Disputes({ payment }: { payment: Payment }) {
  const found = useList<Dispute>('/disputes', { payment: payment.id });
  if (found.rows?.length === 0) return null;
  return (
    <Section title={t('disputes')} flush>
      <Table
        label={t('disputes')}
        {...of(found)}
        to={(row) => `/disputes/${row.id}`}
        columns={[
          {
            key: 'amount',
            label: t('amount'),
            cell: (row) => (
              <Go to={`/disputes/${row.id}`}>
                <Amount of={row.amount} currency={row.currency} strong />
              </Go>
            ),
          },
          statusColumn,
          { key: 'reason', label: t('reason'), cell: (row) => named(row.reason) },
        ]}
      />
    </Section>
  );
}

function Events({ payment }: { payment: Payment }) {
  const found = useList<Event>('/events', { object_id: payment.id });
  return (
    <Section title={t('events')} flush>
      <Table
        label={t('events')}
        {...of(found)}
        to={(row) => `/developers/events/${row.id}`}
        columns={[
          {
            key: 'type',
            label: t('events'),
            cell: (row) => <Go to={`/developers/events/${row.id}`}>{row.type}</Go>,
          },
          {
            key: 'request',
            label: t('request'),
            cell: (row) => (row.request_id ? <RequestId id={row.request_id} short /> : '–'),
          },
          createdColumn,
        ]}
      />
    </Section>
  );
}

/** Calls that named the payment or made it. */
function Calls({ payment }: { payment: Payment }) {
  const found = useList<RequestLog>('/request_logs', { object_id: payment.id, made_by: 'program', limit: 10 });
  return (
    <Section title={t('calls')} flush actions={<Go to={`/developers/requests?id=${payment.id}`}>{t('all')}</Go>}>
      <Table
        label={t('calls')}
        {...of(found)}
        to={(row) => `/developers/requests/${row.id}`}
        empty={<Empty title={t('noCalls')} />}
        columns={[
          {
            key: 'call',
            label: t('call'),
            cell: (row) => (
              <Go to={`/developers/requests/${row.id}`} className="go call">
                <b>{row.method}</b> {row.path.replace(payment.id, '…')}
              </Go>
            ),
          },
          { key: 'status', label: t('status'), cell: (row) => <ResultCode of={row.status} code={row.code} /> },
          createdColumn,
        ]}
      />
    </Section>
  );
}
