// A Florin that listens, with its worker, the example shop and a webhook receiver beside it: what a browser test visits.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startShop } from '../../examples/shop/shop.ts';
import { headersOf } from '../../src/api/dialects.ts';
import { startWorker } from '../../src/worker.ts';
import { openWorld, type World, type WorldParts } from './world.ts';

export type Received = { headers: Record<string, string>; body: string };
export type Site = {
  world: World;
  base: string;
  shop_url: string;
  received: Received[];
  receiver_url: string;
  close(): Promise<void>;
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

export async function openSite(parts: WorldParts & { wink?: boolean } = {}): Promise<Site> {
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const world = await openWorld({ ...parts, settings: { PUBLIC_URL: base, PORT: String(port), ...parts.settings } });
  await world.app.server.listen({ port, host: '127.0.0.1' });
  const worker = startWorker(world.env);

  const received: Received[] = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const receiver_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const { secret, account } = world.tenant;
  const { merchant_id } = account;
  const shop = await startShop({
    port: 0,
    api_base: base,
    secret_key: secret,
    wink_headers: parts.wink ? headersOf('wink', { secret_key: secret, merchant_id }) : undefined,
    log: () => {},
  });
  return {
    world,
    base,
    shop_url: shop.url,
    received,
    receiver_url,
    async close() {
      await shop.close();
      await worker.close();
      receiver.closeAllConnections();
      await new Promise((done) => receiver.close(done));
      await world.close();
    },
  };
}
