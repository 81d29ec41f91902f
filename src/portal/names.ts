// What products are called on the portal's pages: by the catalog's names of now, in the language of the page. What an invoice says stands with
// its lines (billing/line-names.ts) and is not touched here. Reads only.

import Type from 'typebox';
import { chooseLocale } from '../../web/checkout/messages.ts';
import { localizedNames } from '../catalog/product.ts';
import { findCustomer } from '../customers/customer.ts';
import type { Ctx } from '../operation/context.ts';
import type { PortalSessionRow } from './portal-session.ts';
import { customerIn } from './reach.ts';

export const Languages = Type.Optional(
  Type.String({
    description: 'What the browser asks for (Accept-Language), where nobody said what the customer speaks.',
  }),
);

type Named = { product: string; product_name: string };
export type Naming = <I extends Named>(item: I) => I;

/** As the pages choose it. */
export async function localeIn(
  ctx: Ctx,
  session: Pick<PortalSessionRow, 'locale'>,
  languages: string | undefined,
): Promise<string> {
  const { language } = await findCustomer(ctx.env.db.query, ctx.account.account_id, customerIn(ctx));
  return chooseLocale(session.locale ?? language, languages);
}

/** One read for all of them. */
export async function namingOf(ctx: Ctx, locale: string, items: readonly Named[]): Promise<Naming> {
  const ids = items.map((item) => item.product);
  const names = await localizedNames(ctx.env.db.query, ctx.account.account_id, ids, locale);
  return (item) => ({ ...item, product_name: names.get(item.product) ?? item.product_name });
}
