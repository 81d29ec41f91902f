// The mail with the link to the portal. Whoever made the link calls it, in the transaction that wrote the link down.

import type { CustomerRow } from '../customers/customer.ts';
import type { Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { portalLink } from './letters/portal-link.ts';
import { postCustomerMail } from './post-customer-mail.ts';

type Link = {
  customer: Pick<CustomerRow, 'id' | 'email' | 'language'>;
  url: string;
  /** Of the page where it was asked for; counts where nobody said what the customer speaks. */
  locale?: string | null;
  /** How long it works; said in the mail. */
  minutes?: number;
};

/** Nothing is written to a customer without an address, nor where the account switched these mails off. */
export async function postPortalLink(ctx: Ctx, tx: Tx, { customer, url, locale, minutes }: Link): Promise<void> {
  if (customer.email === null) return;
  const to = { customer_id: customer.id, email: customer.email, languages: [customer.language, locale ?? null] };
  const cause = { event_id: null, object_id: customer.id };
  await postCustomerMail(ctx, tx, portalLink, { url, minutes: minutes ?? null }, to, cause);
}
