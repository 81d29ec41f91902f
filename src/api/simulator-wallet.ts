// The simulated wallet over HTTP: the page that plays a customer who pays to an address. It writes the simulated gateway's books alone;
// Florin learns of it by asking the gateway. Must never touch a payment.

import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { isConfirmed, isSeen, playWallet, sumOf, type WalletAct, walletActs } from '../connectors/simulator/bitcoin.ts';
import type { InvoiceStore } from '../connectors/simulator/bitcoin-store.ts';
import { challengePolicy } from '../connectors/simulator/challenge-page.ts';
import { badWalletPage, unknownWalletPage, walletPage } from '../connectors/simulator/wallet-page.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/id.ts';

export type WalletPagesParts = { clock: Clock; random: Random; store: InvoiceStore };

type Address = { Params: { reference: string } };

const isAct = (text: string | null): text is WalletAct => walletActs.some((act) => act === text);

export const walletPages =
  (parts: WalletPagesParts): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 1_024 },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
      if (!error.statusCode || error.statusCode >= 500) throw error;
      return show(reply, error.statusCode, badWalletPage);
    });

    const showInvoice = async (reply: FastifyReply, reference: string) => {
      const found = await parts.store.findPage(reference);
      if (!found) return show(reply, 404, unknownWalletPage);
      const now = parts.clock.now();
      const { address, amount } = found.invoice;
      const received = sumOf(found.coins);
      const confirmed = sumOf(found.coins.filter((coin) => isSeen(coin, now) && isConfirmed(coin, now)));
      return show(reply, 200, (nonce) => walletPage({ address, amount, received, confirmed, nonce }));
    };

    app.get<Address>('/simulator/bitcoin/:reference', (request, reply) => showInvoice(reply, request.params.reference));

    app.post<Address>('/simulator/bitcoin/:reference', async (request, reply) => {
      const act = request.body instanceof URLSearchParams ? request.body.get('act') : null;
      if (!isAct(act)) return show(reply, 400, badWalletPage);
      const { reference } = request.params;
      if (!(await playWallet(parts, reference, act))) return show(reply, 404, unknownWalletPage);
      // Asked for again as a page, so that reloading it sends nothing.
      return reply.header('cache-control', 'no-store').redirect(encodeURIComponent(reference), 303);
    });
  };

function show(reply: FastifyReply, status: number, page: (nonce: string) => string) {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .headers({
      'content-security-policy': challengePolicy(nonce),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .code(status)
    .type('text/html; charset=utf-8')
    .send(page(nonce));
}
