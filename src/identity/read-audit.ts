// Reading the audit log of a company: by actor, action, target and time, page by page or all of it. Must never change an entry.

import Type, { type Static } from 'typebox';
import type { Ctx } from '../operation/context.ts';
import { Id, instantOf, ListOf, nullable, pageFields, text } from '../operation/fields.ts';
import { each, idsBetween, readList } from '../operation/list.ts';
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

const matching = (company_id: string, input: Filters) => ({
  company_id,
  actor_id: input.actor,
  action: input.action,
  target_id: input.target,
  id: idsBetween('aud', input, 'from', 'to'),
});

/** The entries themselves are text, hashed as it stands. */
const columns = ['id', 'entry', 'hash'] as const;

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
  run: async (ctx, { limit, starting_after, ending_before, ...rest }) =>
    readList(
      ctx.env.db.query,
      { limit, starting_after, ending_before },
      { from: 'audit_events', where: matching(await companyOf(ctx), rest), columns, show: each(toObject) },
    ),
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

/** Page by page, oldest first, so that memory does not grow with the log. */
export async function* auditPages(ctx: Ctx, input: Filters): AsyncGenerator<AuditEventObject[]> {
  const where = matching(await companyOf(ctx), input);
  for (let last = '', more = true; more; ) {
    const page = { limit: 500, ending_before: last };
    const list = await readList(ctx.env.db.query, page, { from: 'audit_events', where, columns, show: each(toObject) });
    yield list.data.toReversed();
    last = list.data[0]?.id ?? last;
    more = list.has_more;
  }
}
