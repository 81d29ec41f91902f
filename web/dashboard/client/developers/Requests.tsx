// The request log: every call of the last 30 days, found by how it was made, by whom, and what it was about. Filters stand in the
// address, so that a payment or an error can lead here.

import { Button, Group, NativeSelect, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { RequestLog } from '../data/types.ts';
import { Go, Id, When } from '../parts/Bits.tsx';
import { startOfDay } from '../parts/days.ts';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { ResultCode } from './ResultCode.tsx';
import { t } from './words.ts';

const names = ['by', 'method', 'result', 'path', 'key', 'id', 'from', 'to'] as const;
type Filters = Partial<Record<(typeof names)[number], string>>;

const filtersOf = (search: Record<string, unknown>): Filters =>
  Object.fromEntries(names.flatMap((name) => (search[name] ? [[name, String(search[name])]] : [])));

const none = {};
const oneDay = 86_400_000;
/** The day after, so that the last day counts whole. */
const next = (day: string) => new Date(Date.parse(`${day}T12:00:00Z`) + oneDay).toISOString().slice(0, 10);

function queryOf({ by, method, result, path, key, id, from, to }: Filters, zone: string) {
  const about = id === undefined ? none : id.startsWith('req_') ? { request_id: id } : { object_id: id };
  return {
    // The dashboard asks all the time: unless somebody wants to see that, programs alone are shown.
    made_by: by === 'all' || about !== none ? undefined : (by ?? 'program'),
    method,
    path,
    key,
    status_class: result,
    ...about,
    from: from === undefined ? undefined : startOfDay(from, zone),
    to: to === undefined ? undefined : startOfDay(next(to), zone),
  };
}

export function Requests() {
  const { zone } = useWho();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const filters = filtersOf(search);
  const [draft, setDraft] = useState(filters);
  const [settled] = useDebouncedValue(draft, 350);
  const key = JSON.stringify(settled);
  const address = JSON.stringify(filters);
  const applied = useRef(address);
  // What was typed goes into the address; an address that came from elsewhere goes into the fields.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when either of the two became another
  useEffect(() => {
    if (key !== applied.current && key === JSON.stringify(draft)) {
      applied.current = key;
      void navigate({ to: '/developers/requests', search: settled, replace: true });
    } else if (address !== applied.current) {
      applied.current = address;
      setDraft(filters);
    }
  }, [key, address]);
  const found = useList<RequestLog>('/request_logs', queryOf(filters, zone), { every_ms: 15_000 });
  const set = (name: keyof Filters, value: string) =>
    setDraft((now) => {
      const { [name]: _, ...others } = now;
      return value.trim() === '' ? others : { ...others, [name]: value.trim() };
    });
  const text = (name: keyof Filters, label: string, more: Record<string, unknown> = {}) => (
    <TextInput
      label={label}
      value={draft[name] ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
      {...more}
    />
  );
  const choice = (name: keyof Filters, label: string, values: string[]) => (
    <NativeSelect
      label={label}
      value={draft[name] ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
      data={[{ value: '', label: t('any') }, ...values]}
    />
  );
  return (
    <Page title={t('title')}>
      <DeveloperTabs />
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        <NativeSelect
          label={t('madeBy')}
          value={draft.by ?? ''}
          onChange={(event) => set('by', event.currentTarget.value)}
          data={[
            { value: '', label: t('programs') },
            { value: 'person', label: t('people') },
            { value: 'all', label: t('any') },
          ]}
        />
        {choice('method', t('method'), ['GET', 'POST', 'PATCH', 'DELETE'])}
        {choice('result', t('result'), ['2xx', '3xx', '4xx', '5xx'])}
        {text('path', t('path'), { placeholder: t('pathHint') })}
        {text('id', t('anyId'), { placeholder: t('anyIdHint') })}
        {text('key', t('caller'), { placeholder: t('callerHint') })}
        {text('from', t('fromDay'), { type: 'date' })}
        {text('to', t('toDay'), { type: 'date' })}
      </SimpleGrid>
      {Object.keys(draft).length > 0 && (
        <Group>
          <Button variant="default" size="xs" onClick={() => setDraft({})}>
            {t('clearFilters')}
          </Button>
        </Group>
      )}
      <Section flush>
        <Table
          label={t('requests')}
          {...of(found)}
          to={(row) => `/developers/requests/${row.id}`}
          empty={
            <Empty title={t('noRequests')}>
              <Text size="sm">{t('noRequestsText')}</Text>
            </Empty>
          }
          columns={[
            {
              key: 'call',
              label: t('path'),
              cell: (row) => (
                <Go to={`/developers/requests/${row.id}`} className="go call">
                  <b>{row.method}</b> {row.path}
                </Go>
              ),
            },
            { key: 'status', label: t('result'), cell: (row) => <ResultCode of={row.status} code={row.code} /> },
            {
              key: 'caller',
              label: t('caller'),
              cell: (row) => (row.caller.id === null ? '–' : <Id id={row.caller.id} short />),
            },
            {
              key: 'object',
              label: t('object'),
              cell: (row) => (row.object_id === null ? '–' : <Id id={row.object_id} short />),
            },
            {
              key: 'took',
              label: t('took'),
              right: true,
              cell: (row) => t('milliseconds', { count: Math.max(1, Math.round(row.duration_ms)) }),
            },
            { key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Section>
    </Page>
  );
}
