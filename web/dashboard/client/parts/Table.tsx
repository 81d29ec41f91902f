// A table of rows by cursor. On a phone each row is a small card with its labels beside it. A row leads to its page by its first link.

import { Button, Table as Grid, Group } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Id, Status, When } from './Bits.tsx';
import { Empty, Refused, Waiting } from './Page.tsx';
import { t } from './words.ts';

export type Column<Row> = { key: string; label: string; cell(row: Row): ReactNode; right?: boolean };

/** Columns that most lists have. */
export const idColumn: Column<{ id: string }> = { key: 'id', label: t('id'), cell: ({ id }) => <Id id={id} short /> };
export const statusColumn: Column<{ status: string }> = {
  key: 'status',
  label: t('status'),
  cell: ({ status }) => <Status of={status} />,
};
export const createdColumn: Column<{ created_at: string }> = {
  key: 'at',
  label: t('created'),
  cell: ({ created_at }) => <When at={created_at} />,
};

type Props<Row> = {
  label: string;
  columns: readonly Column<NoInfer<Row>>[];
  rows: readonly Row[] | undefined;
  error?: unknown;
  retry?: () => void;
  more?: { has: boolean; busy: boolean; load(): void };
  to?(row: Row): string;
  empty?: ReactNode;
};

export function Table<Row extends { id: string }>(props: Props<Row>) {
  const { label, columns, rows, error, retry, more, to, empty } = props;
  const navigate = useNavigate();
  if (error && !rows) return <Refused error={error} {...(retry ? { retry } : {})} />;
  if (!rows)
    return (
      <div className="pad">
        <Waiting lines={6} />
      </div>
    );
  if (rows.length === 0) return empty ?? <Empty title={t('nothing')} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by the keyboard */}
      <section className="scroll" tabIndex={0} aria-label={label}>
        <Grid className="rows" highlightOnHover verticalSpacing="sm" horizontalSpacing="md">
          <Grid.Thead>
            <Grid.Tr>
              {columns.map((column) => (
                <Grid.Th key={column.key} scope="col" className={column.right ? 'right' : undefined}>
                  {column.label === '' ? <span className="sr">{t('actions')}</span> : column.label}
                </Grid.Th>
              ))}
            </Grid.Tr>
          </Grid.Thead>
          <Grid.Tbody>
            {rows.map((row) => (
              <Grid.Tr
                key={row.id}
                className={to ? 'leads' : undefined}
                onClick={(event) => {
                  if (!to || (event.target as Element).closest('a,button,input,label')) return;
                  if (window.getSelection()?.toString()) return;
                  void navigate({ to: to(row) });
                }}
              >
                {columns.map((column) => (
                  <Grid.Td key={column.key} data-label={column.label} className={column.right ? 'right' : undefined}>
                    {column.cell(row)}
                  </Grid.Td>
                ))}
              </Grid.Tr>
            ))}
          </Grid.Tbody>
        </Grid>
      </section>
      {more?.has && (
        <Group justify="center" p="sm">
          <Button variant="default" size="xs" loading={more.busy} onClick={more.load}>
            {t('more')}
          </Button>
        </Group>
      )}
    </>
  );
}

/** What `of` makes of a list that was read. */
export type Found<Row> = Pick<Props<Row>, 'rows' | 'error' | 'retry' | 'more'>;

export type Listed<Row> = {
  rows: Row[] | undefined;
  error: unknown;
  refetch(): unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
};

/** What `useList` found, as the table takes it. */
export const of = <Row,>(found: Listed<Row>) => ({
  rows: found.rows,
  error: found.error,
  retry: () => void found.refetch(),
  more: { has: found.hasNextPage, busy: found.isFetchingNextPage, load: () => void found.fetchNextPage() },
});
