// Mail on its way out: written in the transaction of the change that it tells of, sent by the worker, so a crash loses none (and may
// send one twice). Without a mail server it waits, and the local installation shows it. Must never keep a text that was sent.

import type { Executor, Tx } from '../db/db.ts';
import { days, minutes, plus, seconds } from '../kit/clock.ts';
import { seal, unseal } from '../kit/crypto.ts';
import { newId } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';

export type NewMail = { to: string; subject: string; text: string };

/** A link in a mail older than this is of no use any more. */
const kept = days(7);

export async function postMail(env: Env, tx: Tx, mail: NewMail): Promise<void> {
  const now = env.clock.now();
  const id = newId('mail', env);
  await tx
    .insertInto('mails')
    .values({
      id,
      recipient: mail.to,
      subject: mail.subject,
      body: seal(env.keys.people, mail.text, id),
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

/** Hands over what is due, each mail under a lease; returns how many were dealt with. */
export async function sendDueMails(env: Env): Promise<number> {
  const now = env.clock.now();
  const due = await env.db.tx(async (tx) => {
    const rows = await tx
      .selectFrom('mails')
      .selectAll()
      .where('try_at', '<=', now)
      .orderBy('try_at')
      .limit(50)
      .forUpdate()
      .skipLocked()
      .execute();
    if (rows.length === 0) return rows;
    await tx
      .updateTable('mails')
      .set((eb) => ({ try_at: plus(now, minutes(2)), tries: eb('tries', '+', 1) }))
      .where(
        'id',
        'in',
        rows.map((row) => row.id),
      )
      .execute();
    return rows;
  });
  for (const row of due) {
    const text = row.body === null ? '' : unseal(env.keys.people, row.body, row.id).toString();
    if (env.mailer === undefined) {
      await env.db.query.updateTable('mails').set({ try_at: null }).where('id', '=', row.id).execute();
      if (hasMailbox(env)) env.log.warn({ to: row.recipient, link: linkOf(text) }, `mail: ${row.subject}`);
      else env.log.error({ mail: row.id }, 'a mail cannot be sent: set SMTP_URL');
      continue;
    }
    try {
      const message_id = `<${row.id}@florin>`;
      await env.mailer.send({ to: row.recipient, subject: row.subject, text, message_id });
      const sent = { sent_at: env.clock.now(), try_at: null, body: null };
      await env.db.query.updateTable('mails').set(sent).where('id', '=', row.id).execute();
    } catch (error) {
      const over = plus(row.created_at, kept) <= now;
      const again = plus(now, seconds(Math.min(3600, 2 ** Math.min(row.tries + 1, 12))));
      const next = over ? { try_at: null, body: null } : { try_at: again };
      await env.db.query.updateTable('mails').set(next).where('id', '=', row.id).execute();
      env.log.warn({ mail: row.id, reason: error instanceof Error ? error.name : 'unknown' }, 'a mail was not taken');
    }
  }
  return due.length;
}

const linkOf = (text: string): string | undefined => /https?:\/\/\S+/.exec(text)?.[0];

export type MailShown = { id: string; to: string; subject: string; text: string; created_at: Date };

/** For the mailbox page: the newest first. */
export async function readMailbox(env: Env, query: Executor): Promise<MailShown[]> {
  const rows = await query.selectFrom('mails').selectAll().orderBy('id', 'desc').limit(50).execute();
  return rows.map((row) => ({
    id: row.id,
    to: row.recipient,
    subject: row.subject,
    text: row.body === null ? '' : unseal(env.keys.people, row.body, row.id).toString(),
    created_at: row.created_at,
  }));
}
