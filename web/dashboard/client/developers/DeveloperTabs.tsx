// The pages for whoever connects a program.

import { Tabs } from '../parts/Tabs.tsx';
import { t } from './words.ts';

export const DeveloperTabs = () => (
  <Tabs
    label={t('title')}
    of={[
      { to: '/developers/keys', label: t('keys'), scope: 'api_keys:read' },
      { to: '/developers/access-keys', label: t('accessKeys'), scope: 'access_keys:read' },
      { to: '/developers/webhooks', label: t('webhooks'), scope: 'webhook_endpoints:read' },
      { to: '/developers/events', label: t('events'), scope: 'events:read' },
      { to: '/developers/requests', label: t('requests'), scope: 'request_logs:read' },
    ]}
  />
);
