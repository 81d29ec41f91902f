// Speaking against a dispute: the draft of evidence, or one sent along, goes to the provider once; until then it may be changed.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { DisputeObject, type DisputeRow, disputeObject, lockDispute, refuseAnswer } from './dispute.ts';
import { type EvidenceInput, evidenceFields, isEmpty, merge, refuseBadFiles } from './evidence.ts';
import { recordResponse, sendResponse } from './respond.ts';

const input = Type.Object({ id: Id, ...evidenceFields }, { additionalProperties: false });

export const challengeDispute = operation({
  name: 'disputes.challenge',
  scope: 'disputes:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Challenge a dispute',
  description:
    'Submits your evidence: the draft, with the parts given here in place of its own. At least a text, a file or an item must be there, and the deadline must not have passed. ' +
    'Evidence is submitted once. In the sandbox a text with `winning_evidence` wins five seconds later, one with `losing_evidence` loses; any other loses after a day.',
  input,
  output: DisputeObject,
  faults: ['not_found', 'parameter_missing', 'parameter_invalid', 'state_invalid', 'payment_in_progress'],
  example: { id: '{open_dispute}', text: 'Delivered on 3 May and signed for: winning_evidence', files: ['{file}'] },
  async run(ctx, { id, ...evidence }) {
    const recorded = await ctx.env.db.tx(async (tx) => {
      const dispute = await lockDispute(tx, ctx.account.account_id, id);
      refuseAnswer(ctx, dispute);
      const drafted = await saveEvidence(ctx, tx, dispute, evidence);
      if (isEmpty(drafted.evidence))
        throw new Fault(
          'parameter_missing',
          'Give a text, files or items: a dispute is not challenged with nothing. To give it up, accept it.',
          { param: 'text' },
        );
      return await recordResponse(ctx, tx, drafted, 'challenge');
    });
    return disputeObject(await sendResponse(ctx, recorded));
  },
});

export const updateEvidence = operation({
  name: 'disputes.update_evidence',
  scope: 'disputes:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Draft evidence',
  description:
    'Keeps evidence with the dispute without submitting it. Parts left out stay as they are; null or an empty list clears one. Challenge the dispute to submit.',
  input,
  output: DisputeObject,
  faults: ['not_found', 'parameter_missing', 'parameter_invalid', 'state_invalid', 'payment_in_progress'],
  example: {
    id: '{dispute}',
    text: 'Delivered on 3 May.',
    items: [{ type: 'proof_of_delivery_or_service', text: 'Parcel 0034 0435', file: '{file}' }],
  },
  async run(ctx, { id, ...evidence }, tx) {
    const dispute = await lockDispute(tx, ctx.account.account_id, id);
    refuseAnswer(ctx, dispute);
    const object = disputeObject(await saveEvidence(ctx, tx, dispute, evidence));
    await emit(ctx, tx, 'dispute.updated', object);
    return object;
  },
});

async function saveEvidence(ctx: Ctx, tx: Tx, dispute: DisputeRow, given: EvidenceInput): Promise<DisputeRow> {
  const evidence = merge(dispute.evidence, given);
  await refuseBadFiles(tx, dispute.account_id, evidence);
  const updated_at = ctx.env.clock.now();
  await tx
    .updateTable('disputes')
    .set({ evidence: JSON.stringify(evidence), updated_at })
    .where('account_id', '=', dispute.account_id)
    .where('id', '=', dispute.id)
    .execute();
  return { ...dispute, evidence, updated_at };
}
