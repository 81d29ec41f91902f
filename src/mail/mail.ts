// Mail on its way out: written in the transaction of the change that it tells of, sent by the worker, so a crash loses none (and may
// send one twice). Without a mail server it waits, and the local installation shows it. Must never keep a text that was sent.

import type { Selectable } from 'kysely';
import type { Executor, Tx } from '../db/db.ts';
import type { Mails } from '../db/types.ts';
import { days, minutes, plus, seconds } from '../kit/clock.ts';
import { seal, unseal } from '../kit/crypto.ts';
import { newId } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';

export type NewMail = {
  to: string;
  subject: string;
  text: string;
  html?: string;
  from_name?: string | null;
  reply_to?: string | null;
  /** Of mail to a customer: whose customer. Left out: it goes to people of the installation. */
  account_id?: string;
  /** May wait behind what somebody is waiting for. */
  bulk?: boolean;
  /** When the caller keeps a row of its own beside it. */
  id?: string;
};

type MailRow = Selectable<Mails>;

/** A link in a mail older than this is of no use any more. */
const kept = days(7);

/** How many are on the wire at once. */
const width = 8;

/** A mail is another's to send after this long; what is claimed at once is sent, or given up by its time-outs, well before. */
const lease = minutes(2);
const claimed = 2 * width;

export async function postMail(env: Env, tx: Tx, mail: NewMail): Promise<void> {
  const now = env.clock.now();
  const id = mail.id ?? newId('mail', env);
  await tx
    .insertInto('mails')
    .values({
      id,
      account_id: mail.account_id ?? null,
      recipient: mail.to,
      subject: mail.subject,
      body: seal(env.keys.people, mail.text, id),
      html: mail.html === undefined ? null : seal(env.keys.people, mail.html, `${id} html`),
      from_name: mail.from_name ?? null,
      reply_to: mail.reply_to ?? null,
      bulk: mail.bulk ?? false,
      created_at: now,
      try_at: now,
    })
    .execute();
  env.nudge();
}

/** Whether mail may be read on this machine instead: nobody set a mail server, and nobody else reaches us. */
export function hasMailbox(env: Env): boolean {
  const { hostname } = new URL(env.config.public_url);
  return env.mailer === undefined && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** Hands over what is due of both; returns how many were dealt with. Bulk goes when nothing else is left. */
export const sendDueMails = async (env: Env): Promise<number> =>
  (await sendMails(env, { bulk: false })) || (await sendMails(env, { bulk: true }));

/**
 * Hands over some that are due, each under a lease. The two kinds are two tasks of the worker: a mail server that is slow to take ten
 * thousand receipts keeps nobody from the link that they wait for.
 */
export async function sendMails(env: Env, { bulk }: { bulk: boolean }): Promise<number> {
  const due = await claim(env, bulk);
  const queue = [...due];
  const next = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) await send(env, row);
  };
  await Promise.all(Array.from({ length: Math.min(width, due.length) }, next));
  return due.length;
}

async function claim(env: Env, bulk: boolean): Promise<MailRow[]> {
  const now = env.clock.now();
  return await env.db.tx(async (tx) => {
    const rows = await tx
      .selectFrom('mails')
      .selectAll()
      .where('try_at', '<=', now)
      .where('bulk', '=', bulk)
      .orderBy('try_at')
      .limit(claimed)
      .forUpdate()
      .skipLocked()
      .execute();
    if (rows.length === 0) return rows;
    await tx
      .updateTable('mails')
      .set((eb) => ({ try_at: plus(now, lease), tries: eb('tries', '+', 1) }))
      .where(
        'id',
        'in',
        rows.map((row) => row.id),
      )
      .execute();
    return rows;
  });
}

async function send(env: Env, row: MailRow): Promise<void> {
  const now = env.clock.now();
  const { text, html } = opened(env, row);
  const forget = { body: null, html: null, try_at: null };
  const write = (changes: Partial<MailRow>) =>
    env.db.query.updateTable('mails').set(changes).where('id', '=', row.id).execute();
  if (env.mailer === undefined) {
    const customer = row.account_id !== null;
    // What nobody can ever read is not kept.
    await write(customer && !hasMailbox(env) ? forget : { try_at: null });
    if (!hasMailbox(env)) env.log.error({ mail: row.id }, 'a mail cannot be sent: set SMTP_URL');
    else if (customer) env.log.info({ mail: row.id }, 'a mail to a customer is in the mailbox');
    else env.log.warn({ to: row.recipient, link: linkOf(text) }, `mail: ${row.subject}`);
    return;
  }
  try {
    await env.mailer.send({
      to: row.recipient,
      subject: row.subject,
      text,
      ...(html === undefined ? {} : { html }),
      ...(row.from_name === null ? {} : { from_name: row.from_name }),
      ...(row.reply_to === null ? {} : { reply_to: row.reply_to }),
      message_id: `<${row.id}@florin>`,
    });
  } catch (error) {
    const over = plus(row.created_at, kept) <= now;
    const again = plus(now, seconds(Math.min(3600, 2 ** Math.min(row.tries + 1, 12))));
    await write(over ? forget : { try_at: again });
    env.log.warn({ mail: row.id, reason: error instanceof Error ? error.name : 'unknown' }, 'a mail was not taken');
    return;
  }
  env.probe('mail.sent');
  await write({ ...forget, sent_at: env.clock.now() });
}

function opened(env: Env, row: Pick<MailRow, 'id' | 'body' | 'html'>): { text: string; html: string | undefined } {
  return {
    text: row.body === null ? '' : unseal(env.keys.people, row.body, row.id).toString(),
    html: row.html === null ? undefined : unseal(env.keys.people, row.html, `${row.id} html`).toString(),
  };
}

const linkOf = (text: string): string | undefined => /https?:\/\/\S+/.exec(text)?.[0];

export const mailStatuses = ['queued', 'sent', 'failed', 'in_mailbox'] as const;
export type MailState = { status: (typeof mailStatuses)[number]; sent_at: Date | null };

/** How far these mails are; one that is not known is left out. */
export async function mailStates(query: Executor, ids: string[]): Promise<Map<string, MailState>> {
  if (ids.length === 0) return new Map();
  const rows = await query
    .selectFrom('mails')
    .select(['id', 'sent_at', 'try_at'])
    .select((eb) => eb('body', 'is not', null).as('readable'))
    .where('id', 'in', ids)
    .execute();
  return new Map(
    rows.map(({ id, sent_at, try_at, readable }) => {
      const status = sent_at ? 'sent' : try_at ? 'queued' : readable ? 'in_mailbox' : 'failed';
      return [id, { status, sent_at }];
    }),
  );
}

export type MailShown = { id: string; to: string; subject: string; text: string; has_html: boolean; created_at: Date };

/** For the mailbox page: the newest first. */
export async function readMailbox(env: Env, query: Executor): Promise<MailShown[]> {
  const rows = await query.selectFrom('mails').selectAll().orderBy('id', 'desc').limit(50).execute();
  return rows.map((row) => ({
    id: row.id,
    to: row.recipient,
    subject: row.subject,
    text: opened(env, row).text,
    has_html: row.html !== null,
    created_at: row.created_at,
  }));
}

export async function readMailHtml(env: Env, query: Executor, id: string): Promise<string | undefined> {
  const row = await query.selectFrom('mails').select(['id', 'body', 'html']).where('id', '=', id).executeTakeFirst();
  return row && opened(env, row).html;
}
