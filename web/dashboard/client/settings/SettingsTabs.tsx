// The pages about people, merchants and the account.

import { Tabs } from '../parts/Tabs.tsx';
import { t } from './words.ts';

export const SettingsTabs = () => (
  <Tabs
    label={t('title')}
    of={[
      { to: '/settings/profile', label: t('profile') },
      { to: '/settings/users', label: t('users'), scope: 'users:read' },
      { to: '/settings/merchants', label: t('merchants'), scope: 'merchants:read' },
      { to: '/settings/branding', label: t('branding'), scope: 'merchants:read' },
      { to: '/settings/billing', label: t('billing'), scope: 'billing_settings:read' },
      { to: '/settings/portal', label: t('portal'), scope: 'portal_settings:read' },
      { to: '/settings/emails', label: t('emails'), scope: 'emails:read' },
      { to: '/settings/account', label: t('account'), scope: 'account:read' },
      { to: '/settings/audit', label: t('audit'), scope: 'audit_events:read' },
    ]}
  />
);
