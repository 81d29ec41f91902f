// Webhook deliveries a second, from the event's row to the receiver's 200, beside the same HTTP client posting without a queue.

import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { runAll } from '../src/db/db.ts';
import { emitStatements, newEvent } from '../src/events/emit.ts';
import { must } from '../src/kit/assert.ts';
import { newId } from '../src/kit/id.ts';
import { openOutbound } from '../src/kit/outbound.ts';
import { heard, start } from './children.ts';
import type { Server } from './place.ts';
import type { ReceiverCall, ReceiverSays } from './receiver.ts';
import { inTurns, type Payer } from './seed.ts';

export type Webhooks = {
  /** Starts the receivers and tells Florin of an endpoint for each of these accounts. */
  bare(count: number): Promise<number>;
  queued(count: number): Promise<number>;
};

/** As many as a payment object has. */
const payload = (id: string) =>
  JSON.stringify({ id, object: 'payment', status: 'completed', filler: 'x'.repeat(1_100) });

export async function openWebhooks(server: Server, payers: Payer[]): Promise<Webhooks> {
  const receiver = start(resolve(import.meta.dirname, 'receiver.ts'));
  const listening = await heard<ReceiverSays>(receiver);
  if (listening.kind !== 'listening') throw new Error('the receiver did not begin by listening');
  const url = `http://127.0.0.1:${listening.port}/hooks`;
  await inTurns(payers.length, 4, async (at) => {
    const { key } = must(payers[at], 'a payer');
    const answer = await fetch(`${server.origin}/v1/webhook_endpoints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url: `${url}/${at}`, events: ['payment.created'] }),
    });
    if (answer.status !== 201) throw new Error(`no endpoint: ${await answer.text()}`);
  });
  return {
    bare: (count) => postBare(receiver, url, count),
    queued: (count) => emitAndWait(receiver, payers, count),
  };
}

async function postBare(receiver: ChildProcess, url: string, count: number): Promise<number> {
  const outbound = openOutbound({ allow: ['127.0.0.0/8'] });
  const all = expect(receiver, count);
  const started = now();
  const body = payload('pay_bare');
  await inTurns(count, 64, async (at) => {
    const headers = { 'content-type': 'application/json', 'webhook-id': `bare_${at}_${started}` };
    const answer = await outbound.post(`${url}/bare`, { headers, body, timeout_ms: 15_000 });
    if (answer.status !== 200) throw new Error(`the receiver answered ${answer.status}`);
  });
  const { at } = await all;
  await outbound.close();
  return (count * 1000) / (at - started);
}

/** The events are written as fast as the database takes them, while the worker is already at them. */
async function emitAndWait(receiver: ChildProcess, payers: Payer[], count: number): Promise<number> {
  const all = expect(receiver, count);
  const started = now();
  const chunk = 250;
  await inTurns(Math.ceil(count / chunk), 2, async (at) => {
    const { ctx } = must(payers[at % payers.length], 'a payer');
    const events = Array.from({ length: Math.min(chunk, count - at * chunk) }, () => {
      const id = newId('pay', ctx.env);
      // A type without reactions: what is measured is the way of the event, not what else follows from it.
      return newEvent(ctx, 'payment.created', { id }, payload(id));
    });
    await ctx.env.db.tx((tx) => runAll(tx, emitStatements(events)));
  });
  const { at } = await all;
  return (count * 1000) / (at - started);
}

async function expect(receiver: ChildProcess, count: number): Promise<{ at: number; posts: number }> {
  receiver.send({ expect: count } satisfies ReceiverCall);
  const said = await heard<ReceiverSays>(receiver);
  if (said.kind !== 'all') throw new Error('the receiver said something else');
  return said;
}

const now = () => performance.timeOrigin + performance.now();
