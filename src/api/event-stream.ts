// Tells a page that something of its account changed, by server-sent events: type and object, never the object itself, which the
// page then reads through the door like anybody else. A hint and no promise; who hears nothing asks again by itself.

import { PassThrough } from 'node:stream';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { listEvents } from '../events/read-events.ts';
import { plus, seconds } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';

/** A browser holds one; a whole team and some forgotten windows are far below. */
const bounds = { process: 500, account: 50 };
const poll_ms = 1_000;
/**
 * Every so many polls the caller's right is asked for anew, so that an ended session hears no more within five seconds; the comment
 * that comes with it keeps proxies from closing the line.
 */
const heartbeat = 4;

type Listener = { ctx: Ctx; request: FastifyRequest; out: PassThrough; polls: number };
type Told = { id: string; type: string; data: { id?: string }; created_at: string };

type Parts = { env: Env; identify(request: FastifyRequest): Promise<Ctx> };

export const eventStream =
  ({ env, identify }: Parts): FastifyPluginAsync =>
  async (app) => {
    const listeners = new Map<string, Set<Listener>>();
    let count = 0;
    /** Ids told already: the window overlaps, because commits do not come in the order of their ids. */
    const told = new Map<string, Set<string>>();

    app.get('/v1/events/stream', { exposeHeadRoute: false }, async (request, reply) => {
      const ctx = await identify(request);
      const { account_id } = ctx.account;
      // The door says whether this caller may read events at all.
      const there = await recent(ctx);
      const own = listeners.get(account_id) ?? new Set();
      if (count >= bounds.process || own.size >= bounds.account)
        throw new Fault('limit_reached', 'Too many pages listen already. Ask for the events now and then instead.');
      listeners.set(account_id, own);
      // What was there before anybody listened is no news; what comes from now on is.
      if (!told.has(account_id)) told.set(account_id, new Set(there.map((event) => event.id)));
      const listener = { ctx, request, out: new PassThrough(), polls: 0 };
      own.add(listener);
      count++;
      // Of the answer: the request is closed as soon as it was read.
      reply.raw.once('close', () => {
        if (own.delete(listener)) count--;
        if (own.size === 0) listeners.delete(account_id);
        listener.out.destroy();
      });
      listener.out.write(': listening\n\n');
      return reply
        .headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        .send(listener.out);
    });

    async function tellAccount(account_id: string, own: Set<Listener>): Promise<void> {
      const [first] = own;
      if (!first) return;
      const before = told.get(account_id);
      const events = await recent(first.ctx);
      told.set(account_id, new Set(events.map((event) => event.id)));
      const news = events.filter((event) => !before?.has(event.id)).reverse();
      const text = news
        .map(({ id, type, data }) => `id: ${id}\nevent: change\ndata: ${JSON.stringify({ type, object: data.id })}\n\n`)
        .join('');
      for (const listener of own) {
        if (text !== '') listener.out.write(text);
        if (++listener.polls % heartbeat === 0) await hear(listener);
      }
    }

    /** A session that ended, or lost its right, hears no more. */
    async function hear(listener: Listener): Promise<void> {
      try {
        await recent(await identify(listener.request));
        listener.out.write(': still here\n\n');
      } catch {
        listener.out.end();
      }
    }

    let busy = false;
    const polling = setInterval(async () => {
      if (busy) return;
      busy = true;
      try {
        for (const account_id of told.keys()) if (!listeners.has(account_id)) told.delete(account_id);
        for (const [account_id, own] of listeners) await tellAccount(account_id, own);
      } catch (error) {
        env.log.warn({ error }, 'the listening pages could not be told');
      } finally {
        busy = false;
      }
    }, poll_ms);
    polling.unref();

    app.addHook('preClose', async () => {
      clearInterval(polling);
      for (const own of listeners.values()) for (const { out } of own) out.end();
    });
  };

async function recent(ctx: Ctx): Promise<Told[]> {
  const created_gte = plus(ctx.env.clock.now(), -seconds(10)).toISOString();
  const answer = await perform(listEvents as unknown as Operation, ctx, { input: { created_gte, limit: 50 } });
  return JSON.parse(answer.text).data;
}
