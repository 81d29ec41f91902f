// What was sent to endpoints, how it was answered, and sending it once more.

import { Button, Code, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Delivery } from '../data/types.ts';
import { Go, Id, When } from '../parts/Bits.tsx';
import { Empty, Refused, Section, Waiting } from '../parts/Page.tsx';
import { createdColumn, of, statusColumn, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

export function Deliveries({ endpoint, event }: { endpoint?: string; event?: string }) {
  const { can } = useWho();
  const [status, setStatus] = useState('');
  const [opened, setOpened] = useState<Delivery>();
  const found = useList<Delivery>(
    '/deliveries',
    { endpoint_id: endpoint, event_id: event, status },
    { every_ms: 5_000 },
  );
  const resend = useChange(() => toast(t('resent')));
  return (
    <Section
      flush
      title={t('deliveries')}
      actions={
        <NativeSelect
          size="xs"
          aria-label={t('status')}
          value={status}
          onChange={(change) => setStatus(change.currentTarget.value)}
          data={['', 'pending', 'delivered', 'failed'].map((value) => ({
            value,
            label: value === '' ? t('any') : named(value),
          }))}
        />
      }
    >
      <Refused error={resend.error} />
      <Table
        label={t('deliveries')}
        {...of(found)}
        empty={
          <Empty title={t('noDeliveries')}>
            <Text size="sm">{t('noDeliveriesText')}</Text>
          </Empty>
        }
        columns={[
          {
            key: 'event',
            label: t('event'),
            cell: (row) => <Go to={`/developers/events/${row.event_id}`}>{row.event_type}</Go>,
          },
          statusColumn,
          { key: 'answer', label: t('answer'), cell: (row) => row.last_status_code ?? row.last_error ?? '–' },
          {
            key: 'tries',
            label: t('tries'),
            cell: (row) => (
              <button type="button" className="link" onClick={() => setOpened(row)}>
                {row.tries}
                <span className="sr"> {t('history', { id: row.id })}</span>
              </button>
            ),
          },
          { key: 'next', label: t('next'), cell: (row) => <When at={row.next_try_at} /> },
          createdColumn,
          {
            key: 'act',
            label: '',
            cell: (row) =>
              can('deliveries:write') && row.status !== 'pending' ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  loading={resend.isPending && resend.variables.path.includes(row.id)}
                  onClick={() => resend.mutate({ path: `/deliveries/${row.id}/resend` })}
                >
                  {t('resend')}
                </Button>
              ) : null,
          },
        ]}
      />
      {opened && <History delivery={opened} close={() => setOpened(undefined)} />}
    </Section>
  );
}

type Whole = Delivery & {
  history: {
    number: number;
    at: string;
    duration_ms: number;
    status_code: number | null;
    error: string | null;
    response: string | null;
  }[];
};

function History({ delivery, close }: { delivery: Delivery; close(): void }) {
  const found = useRead<Whole>(`/deliveries/${delivery.id}`);
  return (
    <Modal
      opened
      onClose={close}
      title={delivery.event_type}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('title') }}
    >
      <Stack>
        <Id id={delivery.id} />
        <Refused error={found.error} />
        {found.isPending && <Waiting lines={3} />}
        <ol className="steps">
          {found.data?.history.map((one) => (
            <li key={one.number}>
              <strong>{one.status_code ?? one.error}</strong> · {t('duration', { count: one.duration_ms })} ·{' '}
              <When at={one.at} />
              {one.response && (
                <Code block className="json">
                  {one.response}
                </Code>
              )}
            </li>
          ))}
        </ol>
      </Stack>
    </Modal>
  );
}
