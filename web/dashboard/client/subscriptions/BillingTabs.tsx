// The pages about what is paid again and again.

import { Tabs } from '../parts/Tabs.tsx';
import { t } from './words.ts';

export const BillingTabs = () => (
  <Tabs
    label={t('title')}
    of={[
      { to: '/billing/subscriptions', label: t('subscriptions'), scope: 'subscriptions:read' },
      { to: '/billing/invoices', label: t('invoices'), scope: 'invoices:read' },
    ]}
  />
);
