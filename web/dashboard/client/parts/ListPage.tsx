// A page that is a list: its name, the pages beside it, what can be made, its filters, its rows, and what stands there when none fits or
// when there are none yet. While it waits or was refused, all but the rows is there already.

import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { download, type Query } from '../data/request.ts';
import { useWho } from '../data/session.tsx';
import { type Filter, FilterBar } from './FilterBar.tsx';
import type { Filters } from './filters.ts';
import { Icon } from './icons.tsx';
import { Empty, Page, Refused, Section } from './Page.tsx';
import { type Column, type Listed, of, Table } from './Table.tsx';
import { t } from './words.ts';

type Props<Row> = {
  title: string;
  /** What the rows are, where the page is called after its area. */
  label?: string;
  tabs?: ReactNode;
  found: Listed<Row>;
  columns: readonly Column<NoInfer<Row>>[];
  /** The page of a row is there, under its id; so is the page of what was made. */
  at?: string;
  actions?: ReactNode;
  /** The file of what the list shows. */
  csv?: false | { label: string; path: string; query?: Query };
  /** Above the rows, where further sections follow them. */
  heading?: string;
  /** What this person may make. The dialog closes, or opens the page of what it made. */
  add?: false | { label: string; dialog(close: () => void, open: (made: { id: string }) => void): ReactNode };
  /** What the address says, and what the bar offers. Other filters stand `above` the rows. */
  by?: { filters: Filters; filtered: boolean; apply(filters: Filters): void };
  fields?: readonly Filter[];
  above?: ReactNode;
  none?: string;
  noneText?: string;
  /** Where else the first one begins. */
  noneLink?: ReactNode;
  noneFits?: string;
  /** The dialogs of its rows, and further sections. */
  children?: ReactNode;
};

export function ListPage<Row extends { id: string }>(props: Props<Row>) {
  const { title, label = title, tabs, found, columns, at, actions, add, by, fields, above, csv, children } = props;
  const { account } = useWho();
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const close = () => setAdding(false);
  const open = ({ id }: { id: string }) => (at === undefined ? close() : void navigate({ to: `${at}/${id}` }));
  const file = useMutation({
    mutationFn: ({ path, query }: { path: string; query?: Query }) =>
      download(path, { account: account?.id, ...(query ? { query } : {}) }),
  });
  const button = (size?: 'xs') =>
    add && (
      <Button {...(size ? { size } : {})} onClick={() => setAdding(true)}>
        {add.label}
      </Button>
    );
  return (
    <Page
      title={title}
      actions={
        <>
          {actions}
          {csv && (
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon name="download" size={15} />}
              loading={file.isPending}
              onClick={() => file.mutate(csv)}
            >
              {csv.label}
            </Button>
          )}
          {button('xs')}
        </>
      }
    >
      {tabs}
      {by && fields && <FilterBar of={fields} filters={by.filters} apply={by.apply} />}
      {above}
      <Refused error={file.error} />
      <Section flush {...(props.heading === undefined ? {} : { title: props.heading })}>
        <Table
          label={label}
          {...of(found)}
          columns={columns}
          {...(at === undefined ? {} : { to: ({ id }: Row) => `${at}/${id}` })}
          empty={
            by?.filtered ? (
              <Empty title={props.noneFits ?? t('noneFits')}>
                <Button variant="default" size="xs" onClick={() => by.apply({})}>
                  {t('clear')}
                </Button>
              </Empty>
            ) : (
              <Empty title={props.none ?? t('nothing')}>
                {props.noneText && <Text size="sm">{props.noneText}</Text>}
                {props.noneText && button()}
                {props.noneLink && <Text size="sm">{props.noneLink}</Text>}
              </Empty>
            )
          }
        />
      </Section>
      {children}
      {add && adding && add.dialog(close, open)}
    </Page>
  );
}
