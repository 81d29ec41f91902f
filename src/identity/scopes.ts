// Scopes that a program may be given, by name, and what each opens. Ours are an area or one verb of it (`payments`, `payments:read`).
// Beside them stand the names that clients of another documented API are used to ask for, mapped in one table onto scopes or single
// operations of ours; what has no room here yet may be granted and opens nothing. Pure.

import { Fault } from '../kit/fault.ts';
import type { Actor, Scopes } from '../operation/context.ts';
import { areas } from './roles.ts';

/** What only people do. */
const ofPeople = new Set(['audit_events', 'merchants', 'profile', 'users']);

/** Every area that a program can be let into. */
export const programAreas: readonly string[] = Object.values(areas)
  .flat()
  .filter((area) => !ofPeople.has(area))
  .sort();

const both = (...names: string[]) => names.flatMap((area) => [`${area}:read`, `${area}:write`]);

/** Documented name → what it opens: scopes, or operations by their own name, so that none opens more than it says. */
export const documentedScopes: Readonly<Record<string, readonly string[]>> = {
  vault: both('customers', 'payment_methods', 'tokens'),
  'vault:apme-enrollment': [],
  'vault:customers': both('customers'),
  'vault:card-metadata': [],
  'vault:instruments': both('payment_methods'),
  'vault:network-tokens': [],
  'vault:tokenization': ['tokens:write'],
  'vault:real-time-account-updater': [],
  gateway: both('payments', 'refunds'),
  'gateway:payment': ['payments.create', 'payments.confirm'],
  'gateway:payment-details': ['payments.get', 'payments.timeline', 'refunds.get'],
  'gateway:payment-authorizations': ['payments.increase_authorization'],
  'gateway:payment-voids': ['payments.cancel'],
  'gateway:payment-captures': ['payments.capture'],
  'gateway:payment-contexts': [],
  'gateway:payment-cancellations': ['payments.cancel'],
  'gateway:payment-refunds': ['refunds.create'],
  fx: ['fx_rates:read'],
  'payouts:bank-details': ['bank_accounts:read'],
  'sessions:app': [],
  'sessions:browser': [],
  'disputes:view': ['disputes:read'],
  'disputes:provide-evidence': ['disputes.update_evidence', 'disputes.challenge'],
  'disputes:accept': ['disputes.accept'],
  'disputes:scheme-files': [],
  accounts: [],
  flow: both('webhook_endpoints', 'deliveries', 'events'),
  'flow:workflows': both('webhook_endpoints'),
  'flow:events': ['events:read'],
  'flow:reflow': both('deliveries'),
  'files:retrieve': ['files.get'],
  'files:upload': ['files.create'],
  'files:download': ['files.content'],
  forward: [],
  'forward:secrets': [],
  'balances:view': ['balances:read'],
  transfers: [],
  'transfers:view': [],
  'transfers:create': [],
  middleware: [],
  'middleware:merchants-secret': [],
  'middleware:merchants-public': [],
  'payment-sessions': both('checkout_sessions'),
  'payments:search': ['payments.list'],
  'reports:view': ['reports:read'],
  'financial-actions': ['balance_activities.list'],
  'financial-actions:view': ['balance_activities.list'],
  'card-management': [],
  'issuing:card-management-read': [],
  'issuing:card-management-write': [],
  'issuing:controls-read': [],
  'issuing:controls-write': [],
  transactions: [],
  'issuing:transactions-read': [],
  'issuing:transactions-write': [],
  'issuing-disputes': [],
  'issuing:disputes-read': [],
  'issuing:disputes-write': [],
  'identity-verification': [],
  'payment-context': [],
};

const opensOf = new Map<string, readonly string[]>([
  ...Object.entries(documentedScopes),
  ...programAreas.flatMap((area): [string, readonly string[]][] => [
    [area, both(area)],
    [`${area}:read`, [`${area}:read`]],
    [`${area}:write`, [`${area}:write`]],
  ]),
]);

/** Every name that may be granted. */
export const scopeNames: readonly string[] = [...opensOf.keys()].sort();
export const isScope = (name: string): boolean => opensOf.has(name);

/** One documented name has a space, which a list of scopes cannot hold. */
export const asOneWord = (text: string): string => text.replaceAll('Payment Context', 'payment-context');

/** What these names open together. */
export const openedBy = (names: readonly string[]): Scopes => new Set(names.flatMap((name) => opensOf.get(name) ?? []));

/** In the order given, each once; a name that nobody knows is refused. */
export function scopesFrom(given: readonly string[]): string[] {
  const names = given.map(asOneWord);
  for (const [i, name] of names.entries()) {
    if (!isScope(name)) {
      throw new Fault(
        'parameter_invalid',
        `'scopes[${i}]' is no scope that can be given. Use an area or a verb of it, such as payments or payments:read; docs/scopes.md lists all.`,
        { param: `scopes[${i}]` },
      );
    }
  }
  return [...new Set(names)];
}

/** A program that is limited itself gives nobody more than it has: what it makes, or gets the secret of, stays within its scopes. */
export function refuseWider(actor: Actor, names: readonly string[]): void {
  const held = actor.kind === 'token' || actor.kind === 'secret' ? actor.scopes : undefined;
  if (!held) return;
  const all = names.length === 0;
  if (!all && [...openedBy(names)].every((scope) => held.has(scope))) return;
  throw new Fault(
    'permission_denied',
    all
      ? 'This key may do everything, and you may not: a limited program cannot make or roll it. Give `scopes` that you hold.'
      : 'This key has scopes that you do not hold yourself: a limited program cannot make, change or roll it.',
    { param: 'scopes' },
  );
}
