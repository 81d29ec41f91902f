// The small things that every page shows: an id, an amount, a time, a state, a way to another page.

import { Badge, Tooltip, UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useWho, useWhoIfAny } from '../data/session.tsx';
import { named } from '../words.ts';
import { dayAndTime, exact, money } from './amount.ts';
import { Icon } from './icons.tsx';
import { t } from './words.ts';

/** Copies on click. `short` keeps the end, by which ids of one day differ. */
export function Id({ id, short = false }: { id: string; short?: boolean }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const back = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(back);
  }, [copied]);
  const shown = short && id.length > 16 ? `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-6)}` : id;
  return (
    <UnstyledButton
      className="id"
      title={id}
      onClick={(event) => {
        event.stopPropagation();
        event.preventDefault();
        void navigator.clipboard?.writeText(id).then(() => setCopied(true));
      }}
    >
      <span>{copied ? t('copied') : shown}</span>
      <span className="sr">{t('copy')}</span>
      <Icon name={copied ? 'check' : 'copy'} size={13} />
    </UnstyledButton>
  );
}

export const Amount = ({ of, currency, strong }: { of: number; currency: string; strong?: boolean }) => (
  <span className={strong ? 'amount strong' : 'amount'}>
    {money(of, currency)} <small>{currency}</small>
  </span>
);

export function When({ at }: { at: string | null }) {
  const { zone } = useWho();
  if (at === null) return <span className="faint">–</span>;
  return (
    <Tooltip
      label={`${exact(at, zone)} · ${at}`}
      withArrow
      multiline
      maw={320}
      events={{ hover: true, focus: true, touch: true }}
    >
      <time dateTime={at}>{dayAndTime(at, zone)}</time>
    </Tooltip>
  );
}

const colours: Record<string, string> = {
  completed: 'green',
  succeeded: 'green',
  delivered: 'green',
  active: 'green',
  enabled: 'green',
  verified: 'green',
  paid: 'green',
  won: 'green',
  approved: 'green',
  available: 'green',
  ready: 'green',
  confirmed: 'green',
  authorized: 'blue',
  trialing: 'blue',
  open: 'blue',
  advancing: 'blue',
  in_transit: 'blue',
  under_review: 'blue',
  processing: 'blue',
  pending: 'yellow',
  in_review: 'yellow',
  incoming: 'yellow',
  pending_review: 'yellow',
  invited: 'yellow',
  requires_authentication: 'yellow',
  incomplete: 'yellow',
  reserved: 'yellow',
  paused: 'yellow',
  past_due: 'orange',
  overdue: 'red',
  needs_response: 'orange',
  unknown: 'orange',
  failed: 'red',
  uncollectible: 'red',
  rejected: 'red',
  lost: 'red',
  declined: 'red',
};

export const Status = ({ of }: { of: string }) => (
  <Badge className={`status ${colours[of] ?? 'gray'}`} variant="light" color={colours[of] ?? 'gray'} radius="sm">
    {named(of)}
  </Badge>
);

export const Go = ({ to, children, className = 'go' }: { to: string; children: ReactNode; className?: string }) => (
  <Link to={to} className={className}>
    {children}
  </Link>
);

export const Faint = ({ children }: { children: ReactNode }) => <span className="faint">{children}</span>;

/** A request id, with the way to what the log kept of that call for whoever may read it. */
export function RequestId({ id, short = false }: { id: string; short?: boolean }) {
  const who = useWhoIfAny();
  return (
    <span className="request">
      <Id id={id} short={short} />
      {/* What a job of our own did was no call. */}
      {id.startsWith('req_') && who?.can('request_logs:read') && (
        <Go to={`/developers/requests/${id}`}>
          {t('log')}
          <span className="sr"> {t('logOf', { id })}</span>
        </Go>
      )}
    </span>
  );
}
