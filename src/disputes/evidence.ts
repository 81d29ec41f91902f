// What a merchant says against a dispute: a text, files, and answers to the questions that card networks ask. Pure but for the
// look at the files. A draft is put together by parts; once it is submitted nothing changes it.

import Type, { type Static } from 'typebox';
import type { ChallengeDisputeCall } from '../connectors/connector.ts';
import type { Tx } from '../db/db.ts';
import { Fault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, nullable } from '../operation/fields.ts';
import { findFiles, readContent } from './file.ts';

export const evidenceTypes = [
  'proof_of_delivery_or_service',
  'proof_of_delivery_or_service_date',
  'invoice_or_receipt',
  'invoice_showing_distinct_transactions',
  'customer_communication',
  'refund_or_cancellation_policy',
  'recurring_transaction_agreement',
  'additional_evidence',
] as const;

export const maxEvidenceFiles = 20;
const maxText = 20_000;

export const Evidence = Type.Object({
  text: nullable(Type.String()),
  files: Type.Array(Type.String()),
  items: Type.Array(
    Type.Object({ type: Type.Enum([...evidenceTypes]), text: nullable(Type.String()), file: nullable(Type.String()) }),
  ),
});
export type Evidence = Static<typeof Evidence>;

export const noEvidence: Evidence = { text: null, files: [], items: [] };

const Item = Type.Object(
  {
    type: Type.Enum([...evidenceTypes]),
    text: Type.Optional(Type.String({ minLength: 1, maxLength: 5_000 })),
    file: Type.Optional(Id),
  },
  { additionalProperties: false },
);

/** A part left out stays as the draft has it; null or an empty list clears it. */
export const evidenceFields = {
  text: Type.Optional(
    nullable(Type.String({ minLength: 1, maxLength: maxText, description: 'What happened, in your words.' })),
  ),
  files: Type.Optional(Type.Array(Id, { maxItems: maxEvidenceFiles, description: 'Ids of uploaded files.' })),
  items: Type.Optional(
    Type.Array(Item, {
      maxItems: 40,
      description: 'Evidence of a kind that card networks name, each with a text, a file or both.',
    }),
  ),
};
export type EvidenceInput = { text?: string | null; files?: string[]; items?: Static<typeof Item>[] };

export function merge(draft: Evidence, input: EvidenceInput): Evidence {
  input.items?.forEach((item, i) => {
    if (item.text === undefined && item.file === undefined)
      throw new Fault('parameter_missing', `'items[${i}]' needs a text or a file.`, { param: `items[${i}]` });
  });
  return {
    text: input.text === undefined ? draft.text : input.text,
    files: input.files === undefined ? draft.files : [...new Set(input.files)],
    items:
      input.items === undefined
        ? draft.items
        : input.items.map((item) => ({ type: item.type, text: item.text ?? null, file: item.file ?? null })),
  };
}

export const isEmpty = ({ text, files, items }: Evidence) => text === null && files.length === 0 && items.length === 0;

/** Each once, with the place that names it. */
function filesNamed({ files, items }: Evidence): Map<string, string> {
  const named = new Map(files.map((id, i): [string, string] => [id, `files[${i}]`]));
  items.forEach(({ file }, i) => {
    if (file !== null && !named.has(file)) named.set(file, `items[${i}].file`);
  });
  return named;
}

export async function refuseBadFiles(tx: Tx, account_id: string, evidence: Evidence): Promise<void> {
  const named = filesNamed(evidence);
  if (named.size > maxEvidenceFiles)
    throw new Fault(
      'parameter_invalid',
      `A dispute takes at most ${maxEvidenceFiles} files; these are ${named.size}.`,
      { param: 'files' },
    );
  const there = new Set((await findFiles(tx, account_id, [...named.keys()])).map((file) => file.id));
  for (const [id, param] of named) {
    if (!there.has(id)) throw notFound('file', id, param);
  }
}

/** As it goes to the provider. */
export async function toSend(ctx: Ctx, evidence: Evidence): Promise<Pick<ChallengeDisputeCall, 'text' | 'files'>> {
  const { account_id } = ctx.account;
  const { query } = ctx.env.db;
  const answers = evidence.items.flatMap(({ type, text }) => (text === null ? [] : [`${type}: ${text}`]));
  const named = [...filesNamed(evidence).keys()];
  const byId = new Map((await findFiles(query, account_id, named)).map((file) => [file.id, file]));
  return {
    text: [...(evidence.text === null ? [] : [evidence.text]), ...answers].join('\n\n'),
    files: named.flatMap((id) => {
      const file = byId.get(id);
      if (!file) return [];
      const { name, type, size } = file;
      return [
        { name, type, size, sha256: file.sha256.toString('hex'), read: () => readContent(query, account_id, id) },
      ];
    }),
  };
}
