// Hands documents to the drawing thread and waits for their bytes. One thread in a process, started when it is needed and ended when it is
// not; a bounded number of documents waits for it, and whoever comes then is asked to come again.

import { Worker } from 'node:worker_threads';
import { Fault } from '../fault.ts';

const longestQueue = 32;
const longest_ms = 30_000;
const idle_ms = 30_000;

type Waiting = { resolve(bytes: Buffer): void; reject(error: Error): void; timer: NodeJS.Timeout };
type Answer = { id: number; bytes?: Uint8Array; error?: string };

let thread: Worker | undefined;
let idle: NodeJS.Timeout | undefined;
let next = 0;
const waiting = new Map<number, Waiting>();

/** Who draws: a module, by its address, that has a `draw`. The thread loads it when the first of its documents is asked for. */
export type Drawing<Facts> = { module: string; facts: Facts };

export async function drawDocument<Facts>({ module, facts }: Drawing<Facts>): Promise<Buffer> {
  if (waiting.size >= longestQueue)
    throw new Fault('rate_limited', 'Many documents are being made already. Try again in a few seconds.', {
      retry_after: 5,
    });
  clearTimeout(idle);
  thread ??= start();
  const worker = thread;
  const id = next++;
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => stop(worker, new Error('a document took longer than half a minute')), longest_ms);
    waiting.set(id, { resolve, reject, timer });
    worker.ref();
    worker.postMessage({ id, module, facts });
  });
}

function start(): Worker {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    name: 'documents',
    // None of the settings of the process: there are secrets among them.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  worker.on('message', ({ id, bytes, error }: Answer) => {
    const one = waiting.get(id);
    if (!one) return;
    waiting.delete(id);
    clearTimeout(one.timer);
    if (bytes) one.resolve(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    else one.reject(new Error(`a document could not be drawn: ${error}`));
    if (waiting.size === 0) rest(worker);
  });
  worker.on('error', (error) => stop(worker, error));
  worker.on('exit', () => stop(worker, new Error('the drawing thread ended')));
  worker.unref();
  return worker;
}

function rest(worker: Worker): void {
  worker.unref();
  idle = setTimeout(() => stop(worker, new Error('the drawing thread was idle')), idle_ms);
  idle.unref();
}

/** Whoever waits for this thread is told; the next document gets a new one. */
function stop(worker: Worker, error: Error): void {
  if (thread !== worker) return;
  thread = undefined;
  clearTimeout(idle);
  void worker.terminate();
  for (const [id, one] of waiting) {
    waiting.delete(id);
    clearTimeout(one.timer);
    one.reject(error);
  }
}
