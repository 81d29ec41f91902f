// The pages of one area, side by side. What the role cannot see is not among them.

import { Link } from '@tanstack/react-router';
import { useWho } from '../data/session.tsx';

export type Tab = { to: string; label: string; scope?: string; exact?: boolean };

export function Tabs({ label, of }: { label: string; of: readonly Tab[] }) {
  const { can } = useWho();
  return (
    <nav className="tabs" aria-label={label}>
      {of
        .filter(({ scope }) => scope === undefined || can(scope))
        .map(({ to, label: text, exact }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: exact ?? false, includeSearch: false }}
            activeProps={{ className: 'active', 'aria-current': 'page' }}
          >
            {text}
          </Link>
        ))}
    </nav>
  );
}
