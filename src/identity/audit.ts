// The audit log's only writer: what was done, by whom, when, from where, to what, and how it was before and after. An entry is
// written in the transaction of the act where there is one, frozen as text, and chained to the one before by its hash, company by
// company. Must never keep a secret, and never change an entry.

import { sql } from 'kysely';
import type { Executor, Tx } from '../db/db.ts';
import { minutes, plus } from '../kit/clock.ts';
import { sha256 } from '../kit/crypto.ts';
import { newId } from '../kit/id.ts';
import { mask, maskText } from '../kit/log.ts';
import type { Actor, AuditWriter, Ctx, Done, Env, Origin } from '../operation/context.ts';

/** What a key, a token or the command line does here is an administrative act, too. What a person does always is. */
const administrative = new Set([
  'account',
  'access_keys',
  'api_keys',
  'bank_accounts',
  'installation',
  'merchants',
  'users',
  'webhook_endpoints',
]);

/** What is true because somebody says so is written down, whoever it was. */
const said = new Set(['invoices.mark_paid']);

export const auditWriter: AuditWriter = {
  covers(op, actor) {
    if (actor.kind === 'user') return true;
    if (actor.kind === 'visitor' || actor.kind === 'page') return false;
    if (said.has(op.name)) return true;
    if (administrative.has(op.scope.slice(0, op.scope.indexOf(':')))) return true;
    // What only the installation itself may do: reviews, for one.
    return op.actors.length === 1 && op.actors[0] === 'system' && actor.kind === 'system';
  },
  async write(ctx, done, tx) {
    await addEntry(ctx.env, tx, await actOf(tx, ctx, done));
  },
  async begin(ctx, doing) {
    const { db } = ctx.env;
    const act = await actOf(db.query, ctx, { ...doing, after: null });
    const { company_id } = act;
    const id = newId('aud', ctx.env);
    await db.query
      .insertInto('audit_begun')
      .values({
        company_id,
        id,
        act: JSON.stringify({ ...act, before: shown(act.before) }),
        created_at: ctx.env.clock.now(),
      })
      .execute();
    const remove = (on: Executor) =>
      on.deleteFrom('audit_begun').where('company_id', '=', company_id).where('id', '=', id).execute();
    return {
      end: ({ target_id, after }) =>
        db.tx(async (tx) => {
          await remove(tx);
          await addEntry(ctx.env, tx, { ...act, target_id: targetOf(target_id), after });
        }),
      async forget() {
        await remove(db.query);
      },
    };
  },
};

async function actOf(on: Executor, ctx: Ctx, done: Done): Promise<Act> {
  const { account_id, merchant_id } = ctx.account;
  const merchant = await on
    .selectFrom('merchants')
    .select('company_id')
    .where('id', '=', merchant_id)
    .executeTakeFirstOrThrow();
  return {
    company_id: merchant.company_id,
    account_id,
    merchant_id,
    actor: await actorOf(on, ctx.actor, account_id),
    request_id: ctx.request_id,
    from: ctx.from,
    ...done,
    target_id: targetOf(done.target_id),
  };
}

/** A card token's id is a token, too. */
const targetOf = (id: string | null) => (id === null ? null : maskText(id));

/** No act takes so long: its process died, or could not reach the database any more. What became of it the object's own events tell. */
const unended = minutes(10);

export async function tellUnended(env: Env, limit = 100): Promise<number> {
  return await env.db.tx(async (tx) => {
    const rows = await tx
      .selectFrom('audit_begun')
      .selectAll()
      .where('created_at', '<', plus(env.clock.now(), -unended))
      .orderBy('created_at')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const { company_id, id, act } of rows) {
      await addEntry(env, tx, { ...(act as unknown as Act), after: { outcome: 'unknown' } });
      await tx.deleteFrom('audit_begun').where('company_id', '=', company_id).where('id', '=', id).execute();
    }
    return rows.length;
  });
}

export type AuditActor = { kind: string; id: string; name: string };

export type Act = Done & {
  company_id: string;
  account_id: string | null;
  merchant_id: string | null;
  actor: AuditActor;
  request_id: string;
  from: Origin | undefined;
};

async function actorOf(on: Executor, actor: Actor, account_id: string): Promise<AuditActor> {
  if (actor.kind === 'user') {
    const user = await on.selectFrom('users').select('email').where('id', '=', actor.user_id).executeTakeFirst();
    return { kind: 'user', id: actor.user_id, name: user?.email ?? '' };
  }
  if (actor.kind === 'secret' || actor.kind === 'publishable') {
    const key = await on
      .selectFrom('api_keys')
      .select(['name', 'hint'])
      .where('account_id', '=', account_id)
      .where('id', '=', actor.key_id)
      .executeTakeFirst();
    return { kind: 'api_key', id: actor.key_id, name: key ? `${key.name} (${key.hint})` : '' };
  }
  if (actor.kind === 'token') {
    const key = await on
      .selectFrom('access_keys')
      .select('name')
      .where('account_id', '=', account_id)
      .where('id', '=', actor.access_key_id)
      .executeTakeFirst();
    return { kind: 'access_key', id: actor.access_key_id, name: key?.name ?? '' };
  }
  return { kind: actor.kind, id: actor.kind, name: 'the installation' };
}

/** One more link of the company's chain. The head is locked last in a transaction, and until its end. */
export async function addEntry(env: Env, tx: Tx, act: Act): Promise<void> {
  const { company_id } = act;
  const empty = Buffer.alloc(0);
  await sql`insert into audit_chains (company_id, position, hash) values (${company_id}, 0, ${empty}) on conflict do nothing`.execute(
    tx,
  );
  const head = await tx
    .selectFrom('audit_chains')
    .select(['position', 'hash'])
    .where('company_id', '=', company_id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const created_at = env.clock.now();
  const id = newId('aud', env);
  const position = head.position + 1;
  const entry = JSON.stringify({
    id,
    position,
    action: act.action,
    actor: act.actor,
    account: act.account_id,
    merchant: act.merchant_id,
    target: act.target_id,
    before: shown(act.before),
    after: shown(act.after),
    address: act.from?.address ?? null,
    browser: act.from?.browser ?? null,
    request_id: act.request_id,
    created_at: created_at.toISOString(),
  });
  const hash = sha256(Buffer.concat([head.hash, Buffer.from(entry)]));
  await tx
    .insertInto('audit_events')
    .values({
      company_id,
      position,
      id,
      account_id: act.account_id,
      actor_id: act.actor.id,
      action: act.action,
      target_id: act.target_id,
      entry,
      hash,
      created_at,
    })
    .execute();
  await tx.updateTable('audit_chains').set({ position, hash }).where('company_id', '=', company_id).execute();
}

/** Beyond this an object is told by its size alone. */
const longest = 20_000;

const secretNames = /^(recovery_codes?|totp|challenge|code|content_base64|.*password|.*secret|link|uri|qr_svg)$/;

export function shown(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const masked = mask(withoutSecrets(value));
  const text = JSON.stringify(masked);
  return text.length > longest ? { omitted: `${text.length} characters` } : masked;
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      secretNames.test(name) && typeof item !== 'boolean' ? '[secret]' : withoutSecrets(item),
    ]),
  );
}

/** What is done by somebody who is not signed in, or is about to be. */
export const visitorAct = (
  ctx: Pick<Ctx, 'request_id' | 'from'>,
  user: { id: string; company_id: string; email: string },
  action: string,
  after: unknown = null,
): Act => ({
  company_id: user.company_id,
  account_id: null,
  merchant_id: null,
  actor: { kind: 'user', id: user.id, name: user.email },
  request_id: ctx.request_id,
  from: ctx.from,
  action,
  target_id: user.id,
  before: null,
  after,
});
