// The two mails about a customer's new address, in the transaction that wrote the link down. No account switches them off: they are how an
// address stays its owner's.

import type { Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { emailChange, emailConfirmation } from './letters/email-change.ts';
import { postCustomerMail } from './post-customer-mail.ts';

type Change = {
  customer_id: string;
  to: string;
  /** Null: there was none, so nobody is told. */
  from: string | null;
  url: string;
  minutes: number;
  languages: readonly (string | null)[];
};

export async function postEmailChange(ctx: Ctx, tx: Tx, change: Change): Promise<void> {
  const { customer_id, to, from, url, minutes, languages } = change;
  const cause = { event_id: null, object_id: customer_id };
  await postCustomerMail(ctx, tx, emailConfirmation, { url, minutes }, { customer_id, email: to, languages }, cause);
  if (from !== null) await postCustomerMail(ctx, tx, emailChange, {}, { customer_id, email: from, languages }, cause);
}
