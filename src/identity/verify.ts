// Proofs of the audit log: nothing in it was changed, taken out or put in since it was written.

import { sql } from 'kysely';
import type { Check } from '../ledger/verify.ts';

/** A company's log is one chain over all its accounts, so narrowed to one account the whole of that company is read. */
const ofCompany = (account_id: string | undefined) =>
  account_id === undefined
    ? sql`true`
    : sql`company_id = (select m.company_id from accounts a join merchants m on m.id = a.merchant_id where a.account_id = ${account_id})`;

export const auditChecks: Check[] = [
  {
    name: 'every entry of the audit log has the hash of its text and of the entry before, and its place without a gap',
    query: (id) => sql`
      select company_id || ' ' || position as what from (
        select company_id, position, entry, hash, lag(hash, 1, ''::bytea) over w as previous_hash, lag(position, 1, 0::bigint) over w as previous
        from audit_events where ${ofCompany(id)} window w as (partition by company_id order by position)) e
      where e.hash <> sha256(e.previous_hash || convert_to(e.entry, 'UTF8')) or e.position <> e.previous + 1`,
  },
  {
    name: 'every entry of the audit log is found by what its text says, and none is missing at the end',
    query: (id) => sql`
      select company_id || ' ' || position as what from audit_events
      where ${ofCompany(id)} and (id <> entry::jsonb->>'id' or action <> entry::jsonb->>'action'
        or actor_id <> entry::jsonb#>>'{actor,id}' or target_id is distinct from entry::jsonb->>'target'
        or position <> (entry::jsonb->>'position')::bigint or created_at <> (entry::jsonb->>'created_at')::timestamptz)
      union all
      select c.company_id || ' ends at ' || c.position from audit_chains c
      left join audit_events e on e.company_id = c.company_id and e.position = c.position
      where ${id === undefined ? sql`true` : sql`c.company_id = (select m.company_id from accounts a join merchants m on m.id = a.merchant_id where a.account_id = ${id})`} and c.position > 0 and e.hash is distinct from c.hash`,
  },
];
