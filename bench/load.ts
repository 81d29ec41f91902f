// The load generator, a process of its own: it sends payments and measures. In an open loop the requests leave by a timetable
// that does not wait for answers, and a latency counts from the time in the table, so a stall of the server is seen by every
// request it held up (coordinated omission). It checks every answer and must never repeat a request.

import { Worker } from 'node:worker_threads';
import { Pool } from 'undici';
import { Histogram, type Latency } from './histogram.ts';

export type Shape =
  /** `callers` requests are under way at any time; for the highest throughput. */
  | { kind: 'closed'; callers: number }
  /** A Poisson process of so many arrivals a second. */
  | { kind: 'open'; per_second: number };

export type Order = { key: string; token: string; reference: string };
/** Paid by a token at once; or without a card, to be paid on our page: by our own API, and by a dialect over it. */
export type Call = 'charge' | 'hosted' | 'hosted_vinr';
export type Job = { origin: string; shape: Shape; orders: Order[]; call: Call };

export type Run = {
  sent: number;
  completed: number;
  /** What was answered that is not the payment that was asked for, by status and code. */
  refused: Record<string, number>;
  seconds: number;
  per_second: number;
  latency_ms: Latency;
  /** How late the generator itself was; it is part of the latency. Open loop only. */
  lateness_ms: Latency | undefined;
  cpu_seconds: number;
};

type Target = { path: string; status: string; body(order: Order): Record<string, unknown> };

// The example of the reference: what a merchant's server sends.
const bag = {
  amount: 1999,
  currency: 'USD',
  capture: true,
  description: 'Two bags of coffee',
  metadata: { cart: 'c_77' },
};
const back = 'https://shop.example.com/done';
const targets: Record<Call, Target> = {
  charge: {
    path: '/v1/payments',
    status: 'completed',
    body: ({ token, reference }) => ({ ...bag, token, merchant_reference: reference }),
  },
  hosted: { path: '/v1/payments', status: 'pending', body: () => ({ ...bag, return_url: back }) },
  hosted_vinr: { path: '/vinr/v1/payments', status: 'pending', body: () => ({ ...bag, returnUrl: back }) },
};

type Answer = { status: number; text: string };

function post(pool: Pool, { path, body }: Target, order: Order): Promise<Answer> {
  return new Promise((done) => {
    let status = 0;
    let text = '';
    pool.dispatch(
      {
        method: 'POST',
        path,
        headers: {
          authorization: `Bearer ${order.key}`,
          'content-type': 'application/json',
          'idempotency-key': order.reference,
        },
        body: JSON.stringify(body(order)),
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, code) {
          status = code;
        },
        onResponseData(_controller, chunk) {
          text += chunk.toString('latin1');
        },
        onResponseEnd: () => done({ status, text }),
        onResponseError: (_controller, error) => done({ status: 0, text: error.message }),
      },
    );
  });
}

async function run({ origin, shape, orders, call }: Job): Promise<Run> {
  const target = targets[call];
  const wanted = `"status":"${target.status}"`;
  const pool = new Pool(origin, { connections: shape.kind === 'closed' ? shape.callers : 256, pipelining: 1 });
  const latency = new Histogram();
  const lateness = new Histogram();
  const refused: Record<string, number> = {};
  const cpu = process.cpuUsage();
  let completed = 0;

  async function pay(order: Order, from: number): Promise<void> {
    const { status, text } = await post(pool, target, order);
    latency.add(performance.now() - from);
    if (status === 201 && text.includes(wanted)) {
      completed += 1;
      return;
    }
    const what = `${status} ${/"(?:code|status)":"(\w+)"/.exec(text)?.[1] ?? text.slice(0, 60)}`;
    refused[what] = (refused[what] ?? 0) + 1;
  }

  const started = performance.now();
  if (shape.kind === 'closed') await closedLoop(shape.callers, orders, pay);
  else await openLoop(shape.per_second, orders, pay, lateness);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await pool.close();
  return {
    sent: orders.length,
    completed,
    refused,
    seconds,
    per_second: completed / seconds,
    latency_ms: latency.summary(),
    lateness_ms: shape.kind === 'open' ? lateness.summary() : undefined,
    cpu_seconds: (user + system) / 1e6,
  };
}

type Pay = (order: Order, from: number) => Promise<void>;

async function closedLoop(callers: number, orders: Order[], pay: Pay): Promise<void> {
  let next = 0;
  const caller = async () => {
    for (let order = orders[next++]; order; order = orders[next++]) await pay(order, performance.now());
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Waits for due times on a thread of its own, where that costs nothing: a timer of the loop is a millisecond late, and turning it takes a core. */
const waiter = `const { parentPort } = require('node:worker_threads');
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const at = () => performance.timeOrigin + performance.now();
  parentPort.on('message', (due) => {
    for (const [i, time] of due.entries()) {
      const left = time - at();
      if (left > 0) Atomics.wait(cell, 0, 0, left);
      parentPort.postMessage(i);
    }
  });`;

async function openLoop(per_second: number, orders: Order[], pay: Pay, lateness: Histogram): Promise<void> {
  const under_way: Promise<void>[] = [];
  const gap = () => (-Math.log(1 - Math.random()) * 1000) / per_second;
  // The thread needs a moment to begin.
  let next = performance.now() + 250;
  const due = orders.map(() => (next += gap()));
  const clock = new Worker(waiter, { eval: true });
  const sent = new Promise<void>((done, failed) => {
    clock.once('error', failed);
    clock.on('message', (at: number) => {
      const order = orders[at];
      const time = due[at];
      if (!order || time === undefined) return;
      lateness.add(Math.max(0, performance.now() - time));
      under_way.push(pay(order, time));
      if (at === orders.length - 1) done();
    });
  });
  clock.postMessage(Float64Array.from(due, (time) => performance.timeOrigin + time));
  await sent;
  await clock.terminate();
  await Promise.all(under_way);
}

process.on('message', (job: Job) => {
  run(job).then(
    (result) => process.send?.(result),
    (error) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
