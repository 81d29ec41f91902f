// What must hold between conversions, their postings and the rates they went by. Each check asks for offenders; none may be found.

import { sql } from 'kysely';
import { currencies } from '../kit/money.ts';
import { type Check, ofAccount } from '../ledger/verify.ts';
import { pegs } from './snapshot.ts';

const places = sql.raw(
  `(values ${Object.entries(currencies)
    .map(([code, count]) => `('${code}', ${count})`)
    .join(', ')})`,
);

/** How much of a currency one euro is, by a snapshot `s`. */
const inEuro = (column: string) =>
  sql.raw(
    `case ${column} when 'EUR' then 1 ${Object.entries(pegs)
      .map(([code, peg]) => `when '${code}' then (s.rates->>'USD')::numeric * ${peg}`)
      .join(' ')} else (s.rates->>${column})::numeric end`,
  );

export const fxChecks: Check[] = [
  {
    name: 'every conversion is two postings, one of each currency, and no posting converts without one',
    query: (id) => sql`
      select c.account_id || ' ' || c.id as what from conversions c
      left join ledger_postings o on o.account_id = c.account_id and o.group_id = c.id and o.source_id = c.id and o.recipe = 'conversion_out'
        and o.currency = c.from_currency and o.available = c.from_amount and o.fx = -c.from_amount
      left join ledger_postings i on i.account_id = c.account_id and i.group_id = c.id and i.source_id = c.id and i.recipe = 'conversion_in'
        and i.currency = c.to_currency and i.available = -c.to_amount and i.fx = c.to_amount
      where ${ofAccount('c.account_id', id)} and (o.id is null or i.id is null)
      union all
      select p.account_id || ' ' || p.id from ledger_postings p
      left join conversions c on c.account_id = p.account_id and c.id = p.source_id
      where ${ofAccount('p.account_id', id)} and p.fx <> 0 and (c.id is null or p.recipe not in ('conversion_out', 'conversion_in'))`,
  },
  {
    name: 'every conversion came to what its rate makes of it, and the rate is that of the day it names',
    query: (id) => sql`
      select c.account_id || ' ' || c.id as what from conversions c
      join fx_rate_snapshots s on s.id = c.rate_snapshot_id
      left join ${places} as f (code, places) on f.code = c.from_currency
      left join ${places} as t (code, places) on t.code = c.to_currency
      where ${ofAccount('c.account_id', id)} and (
        c.to_amount is distinct from greatest(1, round(c.from_amount * c.rate::numeric * power(10::numeric, t.places - f.places)))::bigint
        or coalesce(abs(c.rate::numeric * (${inEuro('c.from_currency')}) / (${inEuro('c.to_currency')}) - 1) > 0.00000000001, true))`,
  },
  {
    name: 'money was converted by itself once per settlement at most, from its currency and no more than its net',
    query: (id) => sql`
      select c.account_id || ' ' || c.id as what from conversions c
      left join settlements s on s.account_id = c.account_id and s.id = c.settlement_id
      where ${ofAccount('c.account_id', id)} and c.settlement_id is not null and (s.id is null or s.currency <> c.from_currency or s.net < c.from_amount)`,
  },
];
