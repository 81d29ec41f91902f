// What must hold among meters, their events and what was closed. Each check asks for offenders; none may be found.

import { sql } from 'kysely';
import { type Check, ofAccount } from '../ledger/verify.ts';

export const meterChecks: Check[] = [
  {
    name: 'every identifier of a meter event names one event, in its place in time',
    query: (id) => sql`
      select i.account_id || ' ' || i.identifier as what from meter_event_identifiers i
      left join meter_events e on e.account_id = i.account_id and e.meter_id = i.meter_id and e.customer_id = i.customer_id
        and e.counted_at = i.counted_at and e.id = i.event_id
      where ${ofAccount('i.account_id', id)} and e.id is null`,
  },
  {
    name: 'no meter event counts before it happened',
    query: (id) => sql`
      select account_id || ' ' || id as what from meter_events e where ${ofAccount('e.account_id', id)} and counted_at < happened_at`,
  },
];
