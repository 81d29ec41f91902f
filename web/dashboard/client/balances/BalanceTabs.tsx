// The pages about money that is the merchant's.

import { Tabs } from '../parts/Tabs.tsx';
import { t } from './words.ts';

export const BalanceTabs = () => (
  <Tabs
    label={t('title')}
    of={[
      { to: '/balances', label: t('overview'), exact: true },
      { to: '/balances/activities', label: t('activities'), scope: 'balances:read' },
      { to: '/balances/settlements', label: t('settlements'), scope: 'settlements:read' },
      { to: '/balances/payouts', label: t('payouts'), scope: 'payouts:read' },
      { to: '/balances/bank-accounts', label: t('bankAccounts'), scope: 'bank_accounts:read' },
    ]}
  />
);
