// Which mails the customers of an account get: what the account chose, else the default of its mode. Pure.

import { type Account, type EmailKind, emailKinds } from '../operation/context.ts';

export type EmailChoice = Record<EmailKind, boolean>;

/**
 * A sandbox writes to nobody, whatever addresses its test customers have; only a link that somebody asked for goes out. In live mode
 * what is about a subscription is told, because customers must not be surprised by a charge. Receipts of single payments and invoices
 * that are charged at once anyway are the merchant's to switch on: most shops send an order confirmation of their own.
 */
const defaults: Record<Account['mode'], ReadonlySet<EmailKind>> = {
  sandbox: new Set(['portal_link']),
  live: new Set([
    'invoice_paid',
    'payment_failed',
    'trial_ending',
    'renewal_upcoming',
    'card_expiring',
    'subscription_canceled',
    'portal_link',
  ]),
};

export const defaultChoice = (mode: Account['mode']): EmailChoice =>
  Object.fromEntries(emailKinds.map((kind) => [kind, defaults[mode].has(kind)])) as EmailChoice;

/** `chosen`: the row of email_settings, when there is one. */
export const wantedEmails = (mode: Account['mode'], chosen: Partial<EmailChoice> | null): ReadonlySet<EmailKind> =>
  chosen ? new Set(emailKinds.filter((kind) => chosen[kind])) : defaults[mode];
