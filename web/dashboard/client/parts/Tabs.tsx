// The pages of one area, side by side. What the role cannot see is not among them.

import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useWho } from '../data/session.tsx';

export type Tab = { to: string; label: string; scope?: string; exact?: boolean };

export function Tabs({ label, of }: { label: string; of: readonly Tab[] }) {
  const { can } = useWho();
  const { pathname } = useLocation();
  const row = useRef<HTMLElement>(null);
  // On a phone the row is wider than the screen: the tab one is at must be seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the page changed
  useEffect(() => {
    const at = row.current?.querySelector<HTMLElement>('.active');
    if (row.current && at) row.current.scrollLeft = at.offsetLeft - (row.current.clientWidth - at.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav className="tabs" aria-label={label} ref={row}>
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
