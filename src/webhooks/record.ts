// The outcome of tries, written for many at once through the lane `deliveries`: history, new state, and the start or end of an
// endpoint's run of failures. It sends nothing and decides nothing (schedule.ts does).

import type { Statement } from '../db/db.ts';
import type { Claimed } from './claim.ts';

export type Result = {
  claimed: Pick<Claimed, 'account_id' | 'delivery_id' | 'endpoint_id' | 'tries' | 'resends'>;
  at: Date;
  duration_ms: number;
  status_code: number | null;
  error: string | null;
  response: string | null;
  status: 'pending' | 'delivered' | 'failed';
  next_try_at: Date | null;
};

export function recordStatements(results: Result[]): Statement[] {
  if (results.length === 0) return [];
  // One order of locks for all batches.
  const sorted = [...results].sort((a, b) => (a.claimed.delivery_id < b.claimed.delivery_id ? -1 : 1));
  return [tryStatement(sorted), ...runStatements(sorted)];
}

/**
 * `tries` and `resends` fence: a late result of a process whose lease was taken over, or of a delivery that was resent or
 * deleted meanwhile, changes nothing. A success counts even when the endpoint was disabled while it was on its way. The
 * number in the history goes on across resends.
 */
function tryStatement(results: Result[]): Statement {
  return {
    name: 'deliveries_record',
    text: `with u as (
        select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::timestamptz[], $6::int[], $7::int[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
          as u (account_id, id, tries, resends, at, duration_ms, status_code, error, response, status, next_try_at)),
      d as (
        update deliveries d set status = u.status, next_try_at = u.next_try_at, tries = u.tries + 1, last_status_code = u.status_code, last_error = u.error,
          delivered_at = case when u.status = 'delivered' then u.at + u.duration_ms * interval '1 millisecond' else d.delivered_at end
        from u where d.account_id = u.account_id and d.account_id = any($12::text[]) and d.id = u.id and d.tries = u.tries and d.resends = u.resends
          and (d.status = 'pending' or u.status = 'delivered')
        returning d.account_id, d.id)
      insert into delivery_tries (account_id, delivery_id, number, at, duration_ms, status_code, error, response)
      select u.account_id, u.id,
        case when u.resends = 0 then u.tries else coalesce((select max(t.number) from delivery_tries t where t.account_id = u.account_id and t.delivery_id = u.id), 0) end + 1,
        u.at, u.duration_ms, u.status_code, u.error, u.response
      from u join d on d.account_id = u.account_id and d.id = u.id
      on conflict do nothing`,
    values: [
      results.map((r) => r.claimed.account_id),
      results.map((r) => r.claimed.delivery_id),
      results.map((r) => r.claimed.tries),
      results.map((r) => r.claimed.resends),
      results.map((r) => r.at),
      results.map((r) => r.duration_ms),
      results.map((r) => r.status_code),
      results.map((r) => r.error),
      results.map((r) => r.response),
      results.map((r) => r.status),
      results.map((r) => r.next_try_at),
      accountsOf(results),
    ],
  };
}

/** An endpoint's row is touched only when its run begins or ends, so a healthy one costs no write per delivery. */
function runStatements(results: Result[]): Statement[] {
  const alive = new Map<string, Result>();
  const failing = new Map<string, Result>();
  for (const result of results)
    (result.status === 'delivered' ? alive : failing).set(result.claimed.endpoint_id, result);
  // One success in the batch ends the run, whatever else failed in it.
  for (const id of alive.keys()) failing.delete(id);
  const statements: Statement[] = [];
  if (alive.size > 0) {
    const rows = byId(alive);
    statements.push({
      name: 'deliveries_run_ended',
      text: `update webhook_endpoints set failing_since = null where account_id = any($1::text[]) and id = any($2::text[]) and failing_since is not null`,
      values: [accountsOf(rows), rows.map((r) => r.claimed.endpoint_id)],
    });
  }
  if (failing.size > 0) {
    const rows = byId(failing);
    statements.push({
      name: 'deliveries_run_began',
      text: `update webhook_endpoints e set failing_since = u.at
        from unnest($1::text[], $2::text[], $3::timestamptz[]) as u (account_id, id, at)
        where e.account_id = u.account_id and e.account_id = any($4::text[]) and e.id = u.id and e.failing_since is null`,
      values: [
        rows.map((r) => r.claimed.account_id),
        rows.map((r) => r.claimed.endpoint_id),
        rows.map((r) => r.at),
        accountsOf(rows),
      ],
    });
  }
  return statements;
}

const byId = (results: Map<string, Result>) =>
  [...results].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, result]) => result);
const accountsOf = (results: Result[]) => [...new Set(results.map((r) => r.claimed.account_id))];
