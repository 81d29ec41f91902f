// A merchant's web server, a process of its own: answers 200 to every POST and counts the events it was told of, each once.

import { createServer } from 'node:http';

export type ReceiverCall = { expect: number };
export type ReceiverSays = { kind: 'listening'; port: number } | { kind: 'all'; at: number; posts: number };

const seen = new Set<string>();
let posts = 0;
let expected = Number.POSITIVE_INFINITY;

const say = (said: ReceiverSays) => process.send?.(said);

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    posts += 1;
    seen.add(`${request.headers['webhook-id']} ${request.url}`);
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    if (seen.size !== expected) return;
    // Comparable between processes of one machine.
    say({ kind: 'all', at: performance.timeOrigin + performance.now(), posts });
    expected = Number.POSITIVE_INFINITY;
  });
});
server.keepAliveTimeout = 30_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') say({ kind: 'listening', port: address.port });
});

process.on('message', ({ expect }: ReceiverCall) => {
  seen.clear();
  posts = 0;
  expected = expect;
});
process.on('disconnect', () => process.exit(0));
