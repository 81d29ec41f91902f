// What happened, by type and object; and one event with the object as it was.

import { Code, Group, NativeSelect, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { eventTypes } from '../../../../src/events/event-types.ts';
import { useList, useRead } from '../data/api.ts';
import { useLive } from '../data/live.ts';
import { useWho } from '../data/session.tsx';
import type { Event } from '../data/types.ts';
import { Go, Id, RequestId, When } from '../parts/Bits.tsx';
import { FindInput } from '../parts/FindInput.tsx';
import { useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { createdColumn, idColumn } from '../parts/Table.tsx';
import { Deliveries } from './Deliveries.tsx';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { t } from './words.ts';

const objectOf = (event: Event): string | undefined => (event.data as { id?: string } | null)?.id;

export function Events() {
  const live = useLive();
  const by = useFilters(['type', 'object_id']);
  return (
    <ListPage
      title={t('title')}
      label={t('events')}
      tabs={<DeveloperTabs />}
      found={useList<Event>('/events', by.filters, live ? {} : { every_ms: 10_000 })}
      at="/developers/events"
      by={by}
      none={t('noEvents')}
      above={
        <Group align="end" className="filters">
          <NativeSelect
            label={t('type')}
            value={by.filters.type ?? ''}
            onChange={(event) => by.set('type', event.currentTarget.value)}
            data={[{ value: '', label: t('any') }, ...eventTypes]}
          />
          <FindInput
            label={t('object')}
            placeholder={t('objectHint')}
            value={by.filters.object_id}
            apply={(id) => by.set('object_id', id, true)}
          />
        </Group>
      }
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
        idColumn,
        createdColumn,
      ]}
    />
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
