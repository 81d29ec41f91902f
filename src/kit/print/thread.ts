// The thread that draws documents: one after the other, so that the threads that answer calls are never held up. Knows no database and
// no secret; it is given facts and gives back bytes.

import { parentPort } from 'node:worker_threads';
import { assert } from '../assert.ts';

assert(parentPort, 'documents are drawn in a thread');
const port = parentPort;
let last: Promise<void> = Promise.resolve();

type Drawer = { draw(facts: unknown): Promise<Uint8Array> };

port.on('message', ({ id, module, facts }: { id: number; module: string; facts: unknown }) => {
  last = last.then(async () => {
    try {
      const { draw }: Drawer = await import(module);
      const bytes = new Uint8Array(await draw(facts));
      port.postMessage({ id, bytes }, [bytes.buffer as ArrayBuffer]);
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
});
