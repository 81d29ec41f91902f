// Who says which taxes are owed. The merchant's own table is the first engine; an external one answers the same question and is asked
// outside any transaction. What is charged is only ever what an engine answered.

import type { Executor, Tx } from '../db/db.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { type Place, type Rate, type Tax, type TaxedLine, taxesOf } from './tax.ts';

export type TaxQuestion = { currency: Currency; place: Place; lines: readonly TaxedLine[] };

export type TaxEngine = {
  name: string;
  /** Each tax with its part of every line, in the order of the lines; the parts make the tax. Nothing owed: no taxes. */
  taxes(ctx: Ctx, question: TaxQuestion): Promise<Tax[]>;
};

/** More rates of one country are a mistake; Canada has fourteen, the states of the USA fifty. */
const mostRates = 1_000;

export const taxTable = (query: Executor | Tx): TaxEngine => ({
  name: 'table',
  async taxes(ctx, { place, lines }) {
    const rates = await query
      .selectFrom('tax_rates')
      .select(['id', 'display_name', 'country', 'region', 'tax_category', 'rate_ppm', 'inclusive'])
      .where('account_id', '=', ctx.account.account_id)
      .where('country', '=', place.country)
      .where('active', '=', true)
      .orderBy('id')
      .limit(mostRates)
      .execute();
    return taxesOf(rates satisfies Rate[], place, lines);
  },
});
