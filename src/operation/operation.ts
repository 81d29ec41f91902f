// The door. A verb is one exported value: what it takes, who may call it, what it does. Native API, dialects, pages, command
// line and jobs all come through `perform`, so validation, authorization and idempotency cannot be forgotten by any of them.
// Knows no HTTP, no table but the idempotency claims, and no room.

import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Tx } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { Fault, type FaultCode } from '../kit/fault.ts';
import type { Actor, ActorKind, Ctx, Scopes } from './context.ts';
import { findFault, refuseBadText } from './input.ts';
import { begin, overtaken, release, requestHash, storeAnswer, storeAnswerIfOpen } from './once.ts';

type Common<I extends TSchema, O extends TSchema> = {
  /** `payments.create`: noun of the path, then the verb. */
  name: string;
  /** `payments:write`. What a key, token or role must hold. */
  scope: `${string}:${'read' | 'write'}`;
  /** Who may call. Where a secret key may, a token or a person with the scope may, too. */
  actors: readonly ActorKind[];
  summary: string;
  description: string;
  input: I;
  output: O;
  /** Refusals a caller should handle, beyond those that every operation has. */
  faults: readonly FaultCode[];
  /** What of the answer is kept for a replay; for answers that show a secret once. Left out: all of it. */
  keep?(output: Static<O>): Static<O>;
  /** A body that works as printed in the sandbox; `{name}` in it stands for an id made before. */
  example?: Record<string, unknown>;
};

export type Operation<I extends TSchema = TSchema, O extends TSchema = TSchema> = Common<I, O> &
  (
    | { kind: 'read'; run(ctx: Ctx, input: Static<I>): Promise<Static<O>> }
    /** One transaction, opened and committed by the door together with the stored answer. */
    | { kind: 'write'; run(ctx: Ctx, input: Static<I>, tx: Tx): Promise<Static<O>> }
    /** Several transactions around a call to a provider; the room records, acts and stores the answer itself. */
    | { kind: 'process'; run(ctx: Ctx, input: Static<I>): Promise<Static<O>> }
    /** As `process`, and its first transaction makes the idempotency claim too (the hot path saves a commit). */
    | { kind: 'claiming'; run(ctx: Ctx, input: Static<I>): Promise<Static<O> | Replay> }
  );

/** An answer stored before, handed back byte for byte. */
export class Replay {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Answer = { text: string; replayed: boolean };

const checkers = new WeakMap<TSchema, ReturnType<typeof Compile>>();

export function operation<I extends TSchema, O extends TSchema>(spec: Operation<I, O>): Operation<I, O> {
  checkers.set(spec.input, Compile(spec.input));
  return spec;
}

export type Call = { input: unknown; idempotency_key?: string };

export async function perform(op: Operation, ctx: Ctx, call: Call): Promise<Answer> {
  const refused = refusedActor(op, ctx.actor);
  if (refused) throw refused;
  if (call.idempotency_key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(call.idempotency_key)) {
    throw new Fault(
      'idempotency_key_invalid',
      'An idempotency key is 1 to 255 visible ASCII characters; a UUID is a good one.',
      {
        param: 'Idempotency-Key',
      },
    );
  }
  refuseBadText(call.input);
  const checker = checkers.get(op.input);
  assert(checker, `${op.name} was made by operation()`);
  if (!checker.Check(call.input)) throw findFault(op.input, checker.Errors(call.input), call.input);

  if (op.kind === 'read') return fresh(await op.run(ctx, call.input));
  if (call.idempotency_key === undefined) {
    if (op.kind === 'write') return fresh(await ctx.env.db.tx((tx) => op.run(ctx, call.input, tx)));
    const result = await op.run(ctx, call.input);
    return result instanceof Replay ? { text: result.text, replayed: true } : fresh(result);
  }

  const claim = {
    operation: op.name,
    key: call.idempotency_key,
    holder: ctx.request_id,
    request_hash: requestHash(ctx.env, call.input),
  };
  const claimed: Ctx = { ...ctx, claim };
  if (op.kind === 'claiming') {
    const result = await op.run(claimed, call.input);
    return result instanceof Replay ? { text: result.text, replayed: true } : fresh(result);
  }

  const before = await begin(ctx, claim);
  if (before) return { text: before.text, replayed: true };
  try {
    if (op.kind === 'process') {
      const answer = fresh(await op.run(claimed, call.input));
      await storeAnswerIfOpen(ctx, claim, answer.text);
      return answer;
    }
    return await ctx.env.db.tx(async (tx) => {
      const output = await op.run(claimed, call.input, tx);
      await storeAnswer(tx, ctx.account.account_id, claim, JSON.stringify(op.keep ? op.keep(output) : output));
      return fresh(output);
    });
  } catch (error) {
    // A refusal is not stored: after mending the cause the same key may be used again.
    await release(ctx, claim);
    throw overtaken(error) ?? error;
  }
}

const fresh = (value: unknown): Answer => ({ text: JSON.stringify(value), replayed: false });

function refusedActor(op: Operation, actor: Actor): Fault | undefined {
  const scoped = actor.kind === 'token' || actor.kind === 'user';
  if (!op.actors.includes(actor.kind) && !(scoped && op.actors.includes('secret'))) {
    return new Fault(
      'permission_denied',
      actor.kind === 'publishable'
        ? `A publishable key may not call '${op.name}'. Call it from your server with a secret key.`
        : `'${op.name}' is not open to this caller (${actor.kind}).`,
    );
  }
  if (!scoped || holds(actor.scopes, op.scope)) return undefined;
  return new Fault(
    'permission_denied',
    `This needs the scope '${op.scope}', which ${named[actor.kind]} does not have.`,
  );
}

const named = { token: 'the access token', user: 'your role' };

export const holds = (scopes: Scopes, scope: string): boolean =>
  scopes.has(scope) || scopes.has(scope.slice(0, scope.indexOf(':')));
