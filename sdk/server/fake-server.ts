// A server for tests of the SDK: a fetch that answers what it is told to, one answer after the other, and a clock that only counts.

import { Florin } from './src/florin.ts';
import type { ClientOptions } from './src/options.ts';
import type { FetchInit } from './src/runtime.ts';
import { type Chance, Transport } from './src/transport.ts';

export type Asked = { method: string; url: string; headers: Record<string, string>; body: string | undefined };
/** `hang`: no answer ever, whatever the signal says; an Error: the network's. */
export type Told = Response | Error | 'hang' | ((init: FetchInit) => Promise<Response>);

export const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

export const problem = (status: number, code: string, headers: Record<string, string> = {}, more: object = {}) =>
  json(
    status,
    { type: 't', title: 'No', status, detail: `why ${code}`, code, request_id: 'req_body', ...more },
    headers,
  );

export const apiKey = 'sk_test_0123456789abcdef';

/** Gives the last answer again when there is no further one. */
export function fakeServer(...answers: Told[]) {
  const asked: Asked[] = [];
  const fetch = async (url: string, init: FetchInit): Promise<Response> => {
    asked.push({ method: init.method, url, headers: init.headers, body: init.body });
    const told = answers[Math.min(asked.length, answers.length) - 1];
    if (told === undefined) throw new Error('no answer was told');
    if (told === 'hang') return new Promise(() => {});
    if (typeof told === 'function') return told(init);
    if (told instanceof Error) throw told;
    return told.clone();
  };
  return { asked, fetch };
}

/** Waits are written down and not waited for. */
export function fakeChance(random = 0.5): Chance & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => Date.parse('2026-01-31T12:00:00Z'),
    random: () => random,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
    },
  };
}

export function fakeClient(answers: Told[], options: Partial<ClientOptions> = {}) {
  const server = fakeServer(...answers);
  const given = { apiKey, baseUrl: 'https://pay.example', fetch: server.fetch, ...options };
  const chance = fakeChance();
  return { ...server, chance, transport: new Transport(given, chance), florin: new Florin(given, chance) };
}
