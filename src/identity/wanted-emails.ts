// Which mails the customers of an account get: what the account chose, else the default of its mode. Pure.

import { type Account, type EmailKind, emailKinds } from '../operation/context.ts';

/** `enabled`: whether customers are written to by themselves; what somebody asked for goes out without it. */
export type EmailChoice = Record<EmailKind, boolean> & { enabled: boolean };

/**
 * A sandbox writes to nobody, whatever addresses its test customers have; only a link that somebody asked for goes out. In live mode
 * what is about a subscription is told, because customers must not be surprised by a charge, once somebody has looked at the mails and
 * switched them on: a mail server alone is no consent to write to everybody. Receipts of single payments and invoices that are charged
 * at once anyway are the merchant's to switch on: most shops send an order confirmation of their own.
 */
const defaults: Record<Account['mode'], ReadonlySet<EmailKind>> = {
  sandbox: new Set(['portal_link']),
  live: new Set([
    'invoice_sent',
    'invoice_reminder',
    'invoice_paid',
    'payment_failed',
    'trial_ending',
    'renewal_upcoming',
    'card_expiring',
    'subscription_canceled',
    'portal_link',
  ]),
};

const kindsOf = (mode: Account['mode']) =>
  Object.fromEntries(emailKinds.map((kind) => [kind, defaults[mode].has(kind)])) as Record<EmailKind, boolean>;

/** In a sandbox a kind is switched on one by one, so nothing else needs to be. */
export const defaultChoice = (mode: Account['mode']): EmailChoice => ({
  ...kindsOf(mode),
  enabled: mode === 'sandbox',
});

/** Nobody is surprised by what they asked for: a customer their link, a merchant that this invoice be sent. */
const asked: ReadonlySet<EmailKind> = new Set(['portal_link', 'invoice_sent']);

/** `chosen`: the row of email_settings, when there is one. */
export function wantedEmails(mode: Account['mode'], chosen: Partial<EmailChoice> | null): ReadonlySet<EmailKind> {
  const choice = chosen ?? defaultChoice(mode);
  return new Set(emailKinds.filter((kind) => choice[kind] && (choice.enabled || asked.has(kind))));
}
