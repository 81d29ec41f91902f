// The thread that draws documents: one after the other, so that the threads that answer calls are never held up. Knows no database and
// no secret; it is given facts and gives back bytes.

import { parentPort } from 'node:worker_threads';
import { assert } from '../../kit/assert.ts';
import { type DocumentFacts, documentPdf } from './draw.ts';

assert(parentPort, 'documents are drawn in a thread');
const port = parentPort;
let last: Promise<void> = Promise.resolve();

port.on('message', ({ id, facts }: { id: number; facts: DocumentFacts }) => {
  last = last.then(async () => {
    try {
      const bytes = new Uint8Array(await documentPdf(facts));
      port.postMessage({ id, bytes }, [bytes.buffer as ArrayBuffer]);
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
});
