// The request log: every call of the last 30 days, found by how it was made, by whom, and what it was about. Filters stand in the
// address, so that a payment or an error can lead here.

import { Button, Group, NativeSelect, SimpleGrid } from '@mantine/core';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { RequestLog } from '../data/types.ts';
import { Go, Id } from '../parts/Bits.tsx';
import { FindInput } from '../parts/FindInput.tsx';
import { type Filters, span, useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { createdColumn } from '../parts/Table.tsx';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { ResultCode } from './ResultCode.tsx';
import { t } from './words.ts';

const names = ['by', 'method', 'result', 'path', 'key', 'id', 'from', 'to'] as const;
type Name = (typeof names)[number];

const none = {};

function queryOf({ by, method, result, path, key, id, from, to }: Filters<Name>, zone: string) {
  const days = span(from, to, zone);
  const about = id === undefined ? none : id.startsWith('req_') ? { request_id: id } : { object_id: id };
  return {
    // The dashboard asks all the time: unless somebody wants to see that, programs alone are shown.
    made_by: by === 'all' || about !== none ? undefined : (by ?? 'program'),
    method,
    path,
    key,
    status_class: result,
    ...about,
    ...days,
  };
}

export function Requests() {
  const { zone } = useWho();
  const by = useFilters(names);
  const { filters } = by;
  const text = (name: Name, label: string, more: { placeholder?: string; type?: 'date' } = {}) => (
    <FindInput label={label} value={filters[name]} apply={(typed) => by.set(name, typed, true)} {...more} />
  );
  const choice = (name: Name, label: string, values: readonly (string | { value: string; label: string })[]) => (
    <NativeSelect
      label={label}
      value={filters[name] ?? ''}
      onChange={(event) => by.set(name, event.currentTarget.value)}
      data={values}
    />
  );
  const any = { value: '', label: t('any') };
  return (
    <ListPage
      title={t('title')}
      label={t('requests')}
      tabs={<DeveloperTabs />}
      found={useList<RequestLog>('/request_logs', queryOf(filters, zone), { every_ms: 15_000 })}
      at="/developers/requests"
      by={by}
      noneFits={t('noRequests')}
      none={t('noRequests')}
      noneText={t('noRequestsText')}
      above={
        <>
          <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
            {choice('by', t('madeBy'), [
              { value: '', label: t('programs') },
              { value: 'person', label: t('people') },
              { value: 'all', label: t('any') },
            ])}
            {choice('method', t('method'), [any, 'GET', 'POST', 'PATCH', 'DELETE'])}
            {choice('result', t('result'), [any, '2xx', '3xx', '4xx', '5xx'])}
            {text('path', t('path'), { placeholder: t('pathHint') })}
            {text('id', t('anyId'), { placeholder: t('anyIdHint') })}
            {text('key', t('caller'), { placeholder: t('callerHint') })}
            {text('from', t('fromDay'), { type: 'date' })}
            {text('to', t('toDay'), { type: 'date' })}
          </SimpleGrid>
          {by.filtered && (
            <Group>
              <Button variant="default" size="xs" onClick={() => by.apply({})}>
                {t('clearFilters')}
              </Button>
            </Group>
          )}
        </>
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
        createdColumn,
      ]}
    />
  );
}
