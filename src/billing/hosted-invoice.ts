// The addresses of an invoice's page and of its document. Whoever has one may read that one invoice and pay it, so the address cannot be
// guessed: it carries the account and 192 bits that only this installation can work out. No table is asked for it.

import { hmac, same } from '../kit/crypto.ts';
import type { Env } from '../operation/context.ts';

type Named = { account_id: string; id: string };
type Parts = Pick<Env, 'config' | 'keys'>;

const prefix = 'acct_';

const mark = (env: Pick<Env, 'keys'>, { account_id, id }: Named) =>
  hmac(env.keys.documents, `${account_id} ${id}`).subarray(0, 24);

/** Of an invoice or a credit note. */
export const documentToken = (env: Pick<Env, 'keys'>, named: Named) =>
  `${named.account_id.slice(prefix.length)}${mark(env, named).toString('base64url')}`;

/** The page on which a customer reads and pays an invoice; for mails and portals. */
export const hostedInvoiceUrl = (env: Parts, invoice: Named) =>
  `${env.config.public_url}/invoice/${invoice.id}/${documentToken(env, invoice)}`;

export const invoicePdfUrl = (env: Parts, invoice: Named) => `${hostedInvoiceUrl(env, invoice)}/pdf`;

export const creditNotePdfUrl = (env: Parts, note: Named) =>
  `${env.config.public_url}/credit_note/${note.id}/${documentToken(env, note)}/pdf`;

/** Whose document it is; undefined: this token was not made here for this id. */
export function accountOfDocument(env: Pick<Env, 'keys'>, id: string, token: string): string | undefined {
  if (!/^[0-9a-z]{26}[0-9A-Za-z_-]{32}$/.test(token)) return undefined;
  const account_id = `${prefix}${token.slice(0, 26)}`;
  const given = Buffer.from(token.slice(26), 'base64url');
  return same(given, mark(env, { account_id, id })) ? account_id : undefined;
}
