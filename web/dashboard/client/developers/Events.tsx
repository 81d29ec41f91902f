// What happened, by type and object; and one event with the object as it was.

import { Code, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { eventTypes } from '../../../../src/events/event-types.ts';
import { useList, useRead } from '../data/api.ts';
import { useLive } from '../data/live.ts';
import { useWho } from '../data/session.tsx';
import type { Event } from '../data/types.ts';
import { Go, Id, RequestId, When } from '../parts/Bits.tsx';
import { Empty, Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { Deliveries } from './Deliveries.tsx';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { t } from './words.ts';

const objectOf = (event: Event): string | undefined => (event.data as { id?: string } | null)?.id;

export function Events() {
  const [type, setType] = useState('');
  const [text, setText] = useState('');
  const [object] = useDebouncedValue(text.trim(), 300);
  const live = useLive();
  const found = useList<Event>('/events', { type, object_id: object }, live ? {} : { every_ms: 10_000 });
  return (
    <Page title={t('title')}>
      <DeveloperTabs />
      <Group align="end" className="filters">
        <NativeSelect
          label={t('type')}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
          data={[{ value: '', label: t('any') }, ...eventTypes]}
        />
        <TextInput
          label={t('object')}
          placeholder={t('objectHint')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Group>
      <Section flush>
        <Table
          label={t('events')}
          {...of(found)}
          to={(row) => `/developers/events/${row.id}`}
          empty={<Empty title={t('noEvents')} />}
          columns={[
            { key: 'type', label: t('type'), cell: (row) => <Go to={`/developers/events/${row.id}`}>{row.type}</Go> },
            {
              key: 'object',
              label: t('object'),
              cell: (row) => {
                const id = objectOf(row);
                return id === undefined ? '–' : <Id id={id} short />;
              },
            },
            {
              key: 'request',
              label: t('request'),
              cell: (row) => (row.request_id ? <RequestId id={row.request_id} short /> : '–'),
            },
            { key: 'id', label: 'Id', cell: (row) => <Id id={row.id} short /> },
            { key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Section>
    </Page>
  );
}

export function EventPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<Event>(`/events/${id}`);
  const event = found.data;
  const object = event && objectOf(event);
  return (
    <Page
      title={event?.type ?? t('event')}
      beside={<Id id={id} />}
      above={
        <Text size="sm">
          <Go to="/developers/events">{t('events')}</Go>
        </Text>
      }
    >
      <Refused error={found.error} />
      {found.isPending && <Waiting />}
      {event && (
        <>
          <Section>
            <Fields
              of={[
                [t('created'), <When key="at" at={event.created_at} />],
                [t('object'), object && <Id id={object} />],
                [t('request'), event.request_id && <RequestId key="r" id={event.request_id} />],
              ]}
            />
          </Section>
          <Section title={t('data')}>
            <Code block className="json" tabIndex={0}>
              {JSON.stringify(event.data, null, 2)}
            </Code>
          </Section>
          {can('deliveries:read') && <Deliveries event={event.id} />}
        </>
      )}
    </Page>
  );
}
