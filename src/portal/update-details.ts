// What stands on the customer's invoices: name, address, tax id, language. The e-mail address is where links to the portal go, so a new one
// counts only when somebody who reads its mail opens the link that is sent there; the old one is told.

import Type from 'typebox';
import { customerFields, findCustomer } from '../customers/customer.ts';
import { updateCustomer } from '../customers/manage-customers.ts';
import { countTry } from '../identity/sign-in-tries.ts';
import { Fault } from '../kit/fault.ts';
import { postEmailChange } from '../notifications/post-email-change.ts';
import { operation } from '../operation/operation.ts';
import { beginSession, endMailedLinks, linkMinutes } from './portal-session.ts';
import { act, customerIn } from './reach.ts';
import { sessionIn } from './view-portal.ts';

export const updatePortalDetails = operation({
  name: 'portal.update_details',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Update the billing details',
  description: 'A new e-mail address waits until the link that is sent there is opened.',
  input: Type.Object(
    {
      name: customerFields.name,
      email: customerFields.email,
      address: customerFields.address,
      tax_id: customerFields.tax_id,
      language: customerFields.language,
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ id: Type.String(), email_pending: Type.Boolean() }),
  faults: ['parameter_invalid', 'rate_limited'],
  async run(ctx, { email, ...input }) {
    const { env, account } = ctx;
    const id = customerIn(ctx);
    const before = await findCustomer(env.db.query, account.account_id, id);
    const changes = email !== undefined && email.toLowerCase() !== before.email?.toLowerCase();
    if (changes) {
      const counted = [
        await countTry(env, 'mail', `portal ${account.account_id} ${id}`),
        await countTry(env, 'mail', `portal ${account.account_id} ${email.toLowerCase()}`),
      ];
      const over = counted.find((one) => !one.within);
      if (over)
        throw new Fault('rate_limited', 'Too many changes of the address. Wait a quarter of an hour and try again.', {
          param: 'email',
          retry_after: over.retry_after,
        });
    }
    if (Object.keys(input).length > 0) await act(ctx, updateCustomer, { id, ...input });
    if (changes) {
      const session = await sessionIn(ctx);
      await env.db.tx(async (tx) => {
        // The address that was asked for last is the one that counts.
        await endMailedLinks(ctx, tx, id, 'of_new_addresses');
        const { url } = await beginSession(ctx, tx, {
          customer_id: id,
          by_mail: true,
          minutes: linkMinutes.most,
          locale: session.locale,
          flow: { type: 'email', email, from: before.email },
          ...(session.return_url === null ? {} : { return_url: session.return_url }),
        });
        await postEmailChange(ctx, tx, {
          customer_id: id,
          to: email,
          from: before.email,
          url,
          minutes: linkMinutes.most,
          languages: [session.locale, before.language],
        });
      });
    }
    return { id, email_pending: changes };
  },
});
