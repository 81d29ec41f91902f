// Meters: what prices by usage count. Made, and switched off and on.

import { Button, NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Meter } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { ListPage } from '../parts/ListPage.tsx';

import { Refused } from '../parts/Page.tsx';
import { createdColumn, idColumn, statusColumn } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { CatalogTabs } from './CatalogTabs.tsx';
import { t } from './words.ts';

const aggregations = ['sum', 'count', 'max', 'last'] as const;

export function Meters() {
  const { can } = useWho();
  const [ending, setEnding] = useState<Meter>();
  const writes = can('meters:write');
  const change = useChange(() => {
    toast(t('meterSaved'));
    setEnding(undefined);
  });
  return (
    <ListPage
      title={t('title')}
      label={t('meters')}
      tabs={<CatalogTabs />}
      found={useList<Meter>('/meters')}
      none={t('noMeters')}
      noneText={t('noMetersText')}
      add={writes && { label: t('addMeter'), dialog: (close) => <NewMeter close={close} /> }}
      above={!ending && <Refused error={change.error} />}
      columns={[
        { key: 'name', label: t('name'), cell: (row) => row.display_name },
        { key: 'event', label: t('eventName'), cell: (row) => <code>{row.event_name}</code> },
        { key: 'how', label: t('aggregation'), cell: (row) => aggregationText(row.aggregation) },
        statusColumn,
        idColumn,
        createdColumn,
        {
          key: 'act',
          label: '',
          cell: (row) =>
            writes ? (
              <Button
                size="compact-xs"
                variant="default"
                onClick={() =>
                  row.status === 'active' ? setEnding(row) : change.mutate({ path: `/meters/${row.id}/reactivate` })
                }
              >
                {row.status === 'active' ? t('deactivate') : t('activate')}
                <span className="sr">: {row.display_name}</span>
              </Button>
            ) : null,
        },
      ]}
    >
      {ending && (
        <Ask
          opened
          close={() => setEnding(undefined)}
          title={`${t('deactivate')}: ${ending.display_name}`}
          text={t('meterEndText')}
          verb={t('deactivate')}
          busy={change.isPending}
          error={change.error}
          submit={() => change.mutate({ path: `/meters/${ending.id}/deactivate` })}
        />
      )}
    </ListPage>
  );
}

const aggregationText = (code: string): string => {
  const known = aggregations.find((one) => one === code);
  return known ? t(known) : named(code);
};

function NewMeter({ close }: { close(): void }) {
  const [name, setName] = useState('');
  const [event, setEvent] = useState('');
  const [how, setHow] = useState<string>('sum');
  const add = useChange(() => {
    toast(t('meterSaved'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={t('addMeter')}
      verb={t('addMeter')}
      busy={add.isPending}
      error={add.error}
      blocked={name.trim() === '' || event.trim() === ''}
      submit={() =>
        add.mutate({
          path: '/meters',
          body: { display_name: name.trim(), event_name: event.trim(), aggregation: how },
        })
      }
    >
      <TextInput
        label={t('name')}
        required
        maxLength={250}
        data-autofocus
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t('eventName')}
          description={t('eventHint')}
          required
          maxLength={100}
          spellCheck={false}
          value={event}
          onChange={(e) => setEvent(e.currentTarget.value)}
        />
        <NativeSelect
          label={t('aggregation')}
          description={t('aggregationHint')}
          value={how}
          onChange={(e) => setHow(e.currentTarget.value)}
          data={aggregations.map((value) => ({ value, label: t(value) }))}
        />
      </SimpleGrid>
    </Ask>
  );
}
