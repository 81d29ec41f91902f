// Reading the audit log of a company: by actor, action, target and time, page by page or all of it. Must never change an entry.

import Type, { type Static } from 'typebox';
import type { Executor } from '../db/db.ts';
import { idAt } from '../kit/id.ts';
import { toList, windowOf } from '../kit/page.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, instantOf, ListOf, nullable, pageFields, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { companyOf } from './user.ts';

export const AuditEventObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('audit_event'),
    position: Type.Integer({ description: 'Its place in the company’s chain, from 1 without gaps.' }),
    action: Type.String({ description: 'The operation, such as `api_keys.create`.' }),
    actor: Type.Object({
      kind: Type.String(),
      id: Type.String(),
      name: Type.String({ description: 'As it was then: an e-mail address, or a key’s name and hint.' }),
    }),
    account: nullable(Type.String()),
    merchant: nullable(Type.String()),
    target: nullable(Type.String({ description: 'Id of what was acted on.' })),
    before: nullable(Type.Unknown()),
    after: nullable(Type.Unknown()),
    address: nullable(Type.String()),
    browser: nullable(Type.String()),
    request_id: Type.String(),
    hash: Type.String({ description: 'SHA-256 over the hash before and this entry, in hex.' }),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'AuditEvent' },
);
export type AuditEventObject = Static<typeof AuditEventObject>;

const toObject = (row: { entry: string; hash: Buffer }): AuditEventObject => ({
  object: 'audit_event',
  ...(JSON.parse(row.entry) as Omit<AuditEventObject, 'object' | 'hash'>),
  hash: row.hash.toString('hex'),
});

const filters = {
  actor: Type.Optional(Id),
  action: Type.Optional(text(100, 'The whole name, such as `users.invite`.')),
  target: Type.Optional(Id),
  from: Type.Optional(text(40, 'A time in ISO 8601 with a zone.')),
  to: Type.Optional(text(40, 'Not included.')),
};
type Filters = { actor?: string; action?: string; target?: string; from?: string; to?: string };

function filtered(query: Executor, company_id: string, input: Filters) {
  let found = query.selectFrom('audit_events').select(['id', 'entry', 'hash']).where('company_id', '=', company_id);
  if (input.actor !== undefined) found = found.where('actor_id', '=', input.actor);
  if (input.action !== undefined) found = found.where('action', '=', input.action);
  if (input.target !== undefined) found = found.where('target_id', '=', input.target);
  // An id begins with its time, so a range of time is a range of the key.
  if (input.from !== undefined) found = found.where('id', '>=', idAt('aud', instantOf(input.from, 'from')));
  if (input.to !== undefined) found = found.where('id', '<', idAt('aud', instantOf(input.to, 'to')));
  return found;
}

export const listAuditEvents = operation({
  name: 'audit_events.list',
  scope: 'audit_events:read',
  actors: ['user'],
  kind: 'read',
  summary: 'List audit events',
  description: 'Who did what, the newest first. Secrets are masked before they are written.',
  input: Type.Object({ ...pageFields, ...filters }, { additionalProperties: false }),
  output: ListOf(AuditEventObject),
  faults: ['parameter_invalid'],
  async run(ctx, { limit, starting_after, ending_before, ...rest }) {
    const window = windowOf({
      ...(limit === undefined ? {} : { limit }),
      ...(starting_after === undefined ? {} : { starting_after }),
      ...(ending_before === undefined ? {} : { ending_before }),
    });
    let found = filtered(ctx.env.db.query, await companyOf(ctx), rest)
      .orderBy('id', window.before === undefined ? 'desc' : 'asc')
      .limit(window.limit + 1);
    if (window.after !== undefined) found = found.where('id', '<', window.after);
    if (window.before !== undefined) found = found.where('id', '>', window.before);
    return toList(await found.execute(), window, toObject);
  },
});

const Exported = Type.Object({
  object: Type.Literal('audit_export'),
  file_name: Type.String(),
  filters: Type.Object(filters),
});

export const exportAuditEvents = operation({
  name: 'audit_events.export',
  scope: 'audit_events:read',
  actors: ['user'],
  kind: 'read',
  summary: 'Download audit events',
  description: 'The same as CSV, oldest first, however many there are.',
  input: Type.Object(filters, { additionalProperties: false }),
  output: Exported,
  faults: ['parameter_invalid'],
  async run(ctx, input) {
    if (input.from !== undefined) instantOf(input.from, 'from');
    if (input.to !== undefined) instantOf(input.to, 'to');
    const day = ctx.env.clock.now().toISOString().slice(0, 10);
    return { object: 'audit_export' as const, file_name: `audit-events-${day}.csv`, filters: input };
  },
});

/** Page by page, so that memory does not grow with the log. */
export async function* auditPages(ctx: Ctx, input: Filters): AsyncGenerator<AuditEventObject[]> {
  const company_id = await companyOf(ctx);
  for (let after = ''; ; ) {
    const rows = await filtered(ctx.env.db.query, company_id, input)
      .where('id', '>', after)
      .orderBy('id')
      .limit(500)
      .execute();
    if (rows.length === 0) return;
    yield rows.map(toObject);
    after = rows.at(-1)?.id ?? '';
  }
}
