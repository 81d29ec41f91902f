// The simulated bank's challenge page over HTTP. It decides one call of the simulator and sends the customer back to where the
// call said. Must never touch a payment: Florin learns of the answer by asking the connector, as with any provider.

import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import {
  answeredChallengePage,
  badAnswerPage,
  challengePage,
  challengePolicy,
  unknownChallengePage,
} from '../connectors/simulator/challenge-page.ts';
import { settleChallenge } from '../connectors/simulator/index.ts';
import type { SimulatorCall, SimulatorStore } from '../connectors/simulator/store.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/id.ts';

export type SimulatorPagesParts = {
  clock: Clock;
  random: Random;
  store: SimulatorStore;
  /** The provider's hint that a call has ended: a place to ask `look` sooner. Polling stays the guarantee. */
  decided?: (call: SimulatorCall) => void;
  /** Who frames the page from which a call came, when that page is framed itself. */
  framers?: (return_url: string | null) => Promise<string[]>;
};

type Address = { Params: { reference: string } };

export const simulatorPages =
  (parts: SimulatorPagesParts): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 1_024 },
      (_request, body, done) => {
        done(null, new URLSearchParams(String(body)));
      },
    );
    // A form that is no form, or too long: the customer is told in words, whatever the app around says in JSON.
    app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
      if (!error.statusCode || error.statusCode >= 500) throw error;
      return show(reply, error.statusCode, badAnswerPage);
    });

    app.get<Address>('/simulator/challenge/:reference', async (request, reply) => {
      const call = await parts.store.findChallenge(request.params.reference);
      if (!call) return show(reply, 404, unknownChallengePage);
      if (call.status !== 'action') return sendBack(reply, call);
      // A policy names every frame around, so whoever embeds our page is named, too. Only inside it, though: whoever else puts this
      // page into a frame is told no such thing, and its browser shows nothing.
      const ours = request.headers['sec-fetch-site'] === 'same-origin';
      const framers = ours ? await parts.framers?.(call.return_url) : undefined;
      const { amount, currency } = call;
      return show(reply, 200, (nonce) => challengePage({ amount, currency, nonce }), framers);
    });

    app.post<Address>('/simulator/challenge/:reference', async (request, reply) => {
      const answer = request.body instanceof URLSearchParams ? request.body.get('answer') : null;
      if (answer !== 'approve' && answer !== 'refuse') return show(reply, 400, badAnswerPage);
      const call = await settleChallenge(parts, request.params.reference, answer);
      if (!call) return show(reply, 404, unknownChallengePage);
      parts.decided?.(call);
      return sendBack(reply, call);
    });
  };

function sendBack(reply: FastifyReply, call: SimulatorCall) {
  const url = call.return_url !== null && URL.canParse(call.return_url) ? new URL(call.return_url) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return show(reply, 200, answeredChallengePage);
  return guarded(reply, randomBytes(16).toString('base64')).redirect(url.href, 303);
}

function show(reply: FastifyReply, status: number, page: (nonce: string) => string, framers: string[] = []) {
  const nonce = randomBytes(16).toString('base64');
  return guarded(reply, nonce, framers).code(status).type('text/html; charset=utf-8').send(page(nonce));
}

/** The address is a secret of one customer: no cache keeps it, no other site is told it. */
const guarded = (reply: FastifyReply, nonce: string, framers: string[] = []) =>
  reply.headers({
    'content-security-policy': challengePolicy(nonce, framers),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
