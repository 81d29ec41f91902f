// Where one can go. What the role cannot see is not there.

import { ScrollArea, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useWho } from '../data/session.tsx';
import { Icon, type IconName } from '../parts/icons.tsx';
import { t } from './words.ts';

type Place = { to: string; label: Parameters<typeof t>[0]; icon: IconName; any: readonly string[]; exact?: boolean };

export const places: readonly Place[] = [
  { to: '/', label: 'overview', icon: 'overview', any: ['payments:read'], exact: true },
  { to: '/payments', label: 'payments', icon: 'payments', any: ['payments:read'] },
  { to: '/balances', label: 'balances', icon: 'balances', any: ['balances:read'] },
  { to: '/disputes', label: 'disputes', icon: 'disputes', any: ['disputes:read'] },
  { to: '/customers', label: 'customers', icon: 'customers', any: ['customers:read'] },
  { to: '/billing', label: 'billing', icon: 'billing', any: ['subscriptions:read'] },
  { to: '/products', label: 'products', icon: 'products', any: ['products:read'] },
  {
    to: '/developers',
    label: 'developers',
    icon: 'developers',
    any: ['api_keys:read', 'webhook_endpoints:read'],
  },
  { to: '/settings', label: 'settings', icon: 'settings', any: [] },
];

export function Navigation() {
  const { can } = useWho();
  return (
    <ScrollArea>
      <Stack gap={2}>
        {places
          .filter(({ any }) => any.length === 0 || any.some((scope) => can(scope)))
          .map(({ to, label, icon, exact }) => (
            <Link
              key={to}
              to={to}
              className="nav-link"
              activeOptions={{ exact: exact ?? false, includeSearch: false }}
              activeProps={{ className: 'active', 'aria-current': 'page' }}
            >
              <Icon name={icon} />
              {t(label)}
            </Link>
          ))}
      </Stack>
    </ScrollArea>
  );
}
