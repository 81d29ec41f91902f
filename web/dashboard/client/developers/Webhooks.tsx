// The addresses that are told of events, and all deliveries to them.

import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { WebhookEndpoint } from '../data/types.ts';
import { Go, Id, Status } from '../parts/Bits.tsx';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { Secret } from '../parts/Secret.tsx';
import { of, Table } from '../parts/Table.tsx';
import { Deliveries } from './Deliveries.tsx';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { EndpointDialog } from './EndpointDialog.tsx';
import { t } from './words.ts';

export function Webhooks() {
  const { can } = useWho();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const found = useList<WebhookEndpoint>('/webhook_endpoints');
  return (
    <Page
      title={t('title')}
      actions={
        can('webhook_endpoints:write') && (
          <Button size="xs" onClick={() => setAdding(true)}>
            {t('addEndpoint')}
          </Button>
        )
      }
    >
      <DeveloperTabs />
      <Section flush title={t('webhooks')}>
        <Table
          label={t('webhooks')}
          {...of(found)}
          to={(row) => `/developers/webhooks/${row.id}`}
          empty={
            <Empty title={t('noEndpoints')}>
              <Text size="sm">{t('noEndpointsText')}</Text>
            </Empty>
          }
          columns={[
            { key: 'url', label: t('url'), cell: (row) => <Go to={`/developers/webhooks/${row.id}`}>{row.url}</Go> },
            {
              key: 'events',
              label: t('which'),
              cell: (row) => (row.events.includes('*') ? t('allEvents') : String(row.events.length)),
            },
            { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
            { key: 'id', label: 'Id', cell: (row) => <Id id={row.id} short /> },
          ]}
        />
      </Section>
      {can('deliveries:read') && <Deliveries />}
      {adding && (
        <EndpointDialog
          close={() => setAdding(false)}
          done={(made) => {
            setAdding(false);
            if (made.secret) setSecret(made.secret);
          }}
        />
      )}
      {secret !== undefined && (
        <Secret
          title={t('signingSecret')}
          secret={secret}
          file="florin-webhook-secret.txt"
          done={() => setSecret(undefined)}
        />
      )}
    </Page>
  );
}
