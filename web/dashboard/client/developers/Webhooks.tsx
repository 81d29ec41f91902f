// The addresses that are told of events, and all deliveries to them.

import { useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { WebhookEndpoint } from '../data/types.ts';
import { Go } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { Secret } from '../parts/Secret.tsx';
import { idColumn, statusColumn } from '../parts/Table.tsx';
import { Deliveries } from './Deliveries.tsx';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { EndpointDialog } from './EndpointDialog.tsx';
import { t } from './words.ts';

export function Webhooks() {
  const { can } = useWho();
  const [secret, setSecret] = useState<string>();
  return (
    <ListPage
      title={t('title')}
      label={t('webhooks')}
      heading={t('webhooks')}
      tabs={<DeveloperTabs />}
      found={useList<WebhookEndpoint>('/webhook_endpoints')}
      at="/developers/webhooks"
      none={t('noEndpoints')}
      noneText={t('noEndpointsText')}
      add={
        can('webhook_endpoints:write') && {
          label: t('addEndpoint'),
          dialog: (close) => (
            <EndpointDialog
              close={close}
              done={(made) => {
                close();
                setSecret(made.secret ?? undefined);
              }}
            />
          ),
        }
      }
      columns={[
        { key: 'url', label: t('url'), cell: (row) => <Go to={`/developers/webhooks/${row.id}`}>{row.url}</Go> },
        {
          key: 'events',
          label: t('which'),
          cell: (row) => (row.events.includes('*') ? t('allEvents') : String(row.events.length)),
        },
        statusColumn,
        idColumn,
      ]}
    >
      {can('deliveries:read') && <Deliveries />}
      {secret !== undefined && (
        <Secret
          title={t('signingSecret')}
          secret={secret}
          file="florin-webhook-secret.txt"
          done={() => setSecret(undefined)}
        />
      )}
    </ListPage>
  );
}
