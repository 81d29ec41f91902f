// The door. A verb is one exported value: what it takes, who may call it, what it does. Native API, dialects, pages, command
// line and jobs all come through `perform`, so validation, authorization and idempotency cannot be forgotten by any of them.
// Knows no HTTP, no table but the idempotency claims, and no room.

import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Tx } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { Fault, type FaultCode, isFault } from '../kit/fault.ts';
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
  /** Open to a person who must choose a password of their own before anything else. */
  before_password_change?: true;
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

/** An operation's output as a value and as JSON text; each is made from the other when it is asked for. */
export class Answer {
  readonly replayed: boolean;
  #text: string | undefined;
  #value: unknown;

  private constructor(replayed: boolean, text: string | undefined, value: unknown) {
    this.replayed = replayed;
    this.#text = text;
    this.#value = value;
  }

  static of = (value: unknown): Answer => new Answer(false, undefined, value);
  static replay = (text: string): Answer => new Answer(true, text, undefined);

  get text(): string {
    this.#text ??= JSON.stringify(this.#value);
    return this.#text;
  }

  /** For a dialect that writes it anew: no text is made only to be parsed. */
  get value(): unknown {
    if (this.#value === undefined && this.#text !== undefined) this.#value = JSON.parse(this.#text);
    return this.#value;
  }
}

const byName = new Map<string, Operation>();
const checkers = new WeakMap<TSchema, ReturnType<typeof Compile>>();

export function operation<I extends TSchema, O extends TSchema>(spec: Operation<I, O>): Operation<I, O> {
  checkers.set(spec.input, Compile(spec.input));
  byName.set(spec.name, spec as unknown as Operation);
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
  if (!ctx.env.audit.covers(op, ctx.actor)) return await performWrite(op, ctx, call);
  const before = await shownBefore(op, ctx, call.input);
  if (op.kind === 'write') return await performWrite(auditing(op, before), ctx, call);
  const begun = await ctx.env.audit.begin(ctx, { action: op.name, target_id: idOf(call.input) ?? null, before });
  try {
    const answer = await performWrite(op, ctx, call);
    if (answer.replayed) await begun.forget();
    else await begun.end(doneBy(op, call.input, answer.value));
    return answer;
  } catch (error) {
    // Whatever else was thrown, something may have happened before: that stays written down.
    if (isFault(error) && error.code !== 'unavailable' && error.code !== 'internal') await begun.forget();
    throw error;
  }
}

const doneBy = (op: Operation, input: unknown, output: unknown) => ({
  target_id: idOf(input) ?? idOf(output) ?? null,
  after: op.keep ? op.keep(output) : output,
});

/** What the object looked like just before, by its own `get`; null for what is new, or is none of this account's. */
async function shownBefore(op: Operation, ctx: Ctx, input: unknown): Promise<unknown> {
  const get = byName.get(`${op.name.split('.')[0]}.get`);
  if (get?.kind !== 'read') return null;
  const id = idOf(input);
  const known = id === undefined ? {} : { id };
  if (!checkers.get(get.input)?.Check(known)) return null;
  try {
    return await get.run(ctx, known);
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

const idOf = (value: unknown): string | undefined => {
  const id = value !== null && typeof value === 'object' && 'id' in value ? value.id : undefined;
  return typeof id === 'string' ? id : undefined;
};

/** The same operation, which writes down in its own transaction what it did. */
function auditing(op: Extract<Operation, { kind: 'write' }>, before: unknown): Operation {
  const run = async (ctx: Ctx, input: unknown, tx: Tx) => {
    const output = await op.run(ctx, input, tx);
    await ctx.env.audit.write(ctx, { action: op.name, before, ...doneBy(op, input, output) }, tx);
    return output;
  };
  return { ...op, run };
}

async function performWrite(op: Operation, ctx: Ctx, call: Call): Promise<Answer> {
  if (op.kind === 'read') return fresh(await op.run(ctx, call.input));
  if (call.idempotency_key === undefined) {
    if (op.kind === 'write') return fresh(await ctx.env.db.tx((tx) => op.run(ctx, call.input, tx)));
    const result = await op.run(ctx, call.input);
    return result instanceof Replay ? Answer.replay(result.text) : fresh(result);
  }

  const claim = {
    operation: op.name,
    // A person's keys are theirs alone: what one did for themselves is no answer to another.
    key: ctx.actor.kind === 'user' ? `${ctx.actor.user_id} ${call.idempotency_key}` : call.idempotency_key,
    holder: ctx.request_id,
    request_hash: requestHash(ctx.env, call.input),
  };
  const claimed: Ctx = { ...ctx, claim };
  if (op.kind === 'claiming') {
    const result = await op.run(claimed, call.input);
    return result instanceof Replay ? Answer.replay(result.text) : fresh(result);
  }

  const before = await begin(ctx, claim);
  if (before) return Answer.replay(before.text);
  try {
    if (op.kind === 'process') {
      const answer = fresh(await op.run(claimed, call.input));
      const text = await storeAnswerIfOpen(ctx, claim, answer.text);
      return text === answer.text ? answer : Answer.replay(text);
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

const fresh = Answer.of;

function refusedActor(op: Operation, actor: Actor): Fault | undefined {
  // A secret key without scopes may do whatever its kind may.
  const scopes = 'scopes' in actor ? actor.scopes : undefined;
  if (!op.actors.includes(actor.kind) && !(scopes && op.actors.includes('secret'))) {
    return new Fault(
      'permission_denied',
      actor.kind === 'publishable'
        ? `A publishable key may not call '${op.name}'. Call it from your server with a secret key.`
        : `'${op.name}' is not open to this caller (${actor.kind}).`,
    );
  }
  if (actor.kind === 'user' && actor.must_change_password && !op.before_password_change) {
    return new Fault(
      'password_change_required',
      'You signed in with a password that the installation made. Choose your own first: POST /v1/profile/password with current_password and new_password.',
    );
  }
  if (!scopes || opens(scopes, op)) return undefined;
  const whose = actor.kind === 'token' ? 'the access token' : actor.kind === 'secret' ? 'this API key' : 'your role';
  return new Fault('permission_denied', `This needs the scope '${op.scope}', which ${whose} does not have.`);
}

/** One operation may be opened by its own name, and taken back the same way: `payments.capture`, `!customers.delete`. */
const opens = (scopes: Scopes, op: { name: string; scope: string }): boolean =>
  (holds(scopes, op.scope) || scopes.has(op.name)) && !scopes.has(`!${op.name}`);

export const holds = (scopes: Scopes, scope: string): boolean =>
  scopes.has(scope) || scopes.has(scope.slice(0, scope.indexOf(':')));
