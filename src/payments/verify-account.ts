// The proof of an account's books over the API: the same checks as `florin verify`, narrowed to one account.

import Type from 'typebox';
import { ledgerChecks, runChecks } from '../ledger/verify.ts';
import { operation } from '../operation/operation.ts';
import { paymentChecks } from './verify.ts';

export const verifyLedger = operation({
  name: 'ledger.verify',
  scope: 'ledger:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Verify the ledger',
  description:
    'Recomputes the books of this account from their entries and says, sentence by sentence, what was proved. A failed check names up to five offenders.',
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({
    object: Type.Literal('ledger_verification'),
    ok: Type.Boolean(),
    checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), examples: Type.Array(Type.String()) })),
    verified_at: Type.String({ format: 'date-time' }),
  }),
  faults: [],
  async run(ctx) {
    const checks = await runChecks(ctx.env.db.query, [...ledgerChecks, ...paymentChecks], ctx.account.account_id);
    return {
      object: 'ledger_verification' as const,
      ok: checks.every((c) => c.ok),
      checks,
      verified_at: ctx.env.clock.now().toISOString(),
    };
  },
});
