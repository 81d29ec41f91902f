// The one way to the server: what a request is made of, how long it may take, when it is sent again, and what its answer becomes.
// It knows no resource. It must never send a POST again under another idempotency key, nor put the API key into an error.

import { Download } from './download.ts';
import {
  ApiError,
  apiError,
  ConnectionError,
  FlorinError,
  TimeoutError,
  UnexpectedAnswerError,
  UsageError,
} from './errors.ts';
import type { Problem } from './generated/types.ts';
import { version } from './generated/version.ts';
import { type ClientOptions, keyOf, type RequestOptions, type Settled, settle, whole } from './options.ts';
import { queryText } from './query.ts';
import { retryAfterOf, waitMs, worthAnotherTry } from './retry.ts';
import { type FetchResponse, inBrowser, type Signal, uuid } from './runtime.ts';

/** One request, as a resource names it. */
export interface Call {
  method: string;
  /** With ids filled in and encoded. */
  path: string;
  query?: object | undefined;
  /** Left out: no body is sent. */
  body?: unknown;
  /** True: the operation takes an idempotency key, and gets one. */
  keyed?: boolean;
}

/** What is known of an answer besides its body. */
export interface AnswerInfo {
  /** HTTP status. */
  status: number;
  /** Names the request in Florin's log. */
  requestId: string | undefined;
  /** The key that was sent, if one was. */
  idempotencyKey: string | undefined;
  /** True: this is the stored answer of an earlier request with the same key. A secret that is shown once is not in it. */
  replayed: boolean;
  /** How often the call was sent, this time included. */
  tries: number;
}

const infos = new WeakMap<object, AnswerInfo>();

/** What is known of an answer besides its body; undefined for what did not come from this package. */
export const answerInfo = (answer: object): AnswerInfo | undefined => infos.get(answer);

/** What was known of `answer` is known of `made` from it. */
export function passInfo<T extends object>(answer: object, made: T): T {
  const info = infos.get(answer);
  if (info) infos.set(made, info);
  return made;
}

/** Time and chance, for tests. */
export type Chance = { now(): number; random(): number; sleep(ms: number, signal: Signal | undefined): Promise<void> };

/** `finish` ends the time-out, `detach` the caller's signal as well. */
type Sent = { response: FetchResponse; finish(): void; detach(): void; body<T>(read: () => Promise<T>): Promise<T> };

export class Transport {
  // Private fields are not printed when somebody logs a client.
  readonly #options: Settled;
  readonly #chance: Chance;

  constructor(options: ClientOptions, chance: Chance = systemChance) {
    this.#options = settle(options);
    this.#chance = chance;
  }

  /** The Web Crypto of this client. */
  get crypto() {
    return this.#options.crypto;
  }

  /** Sends a call and gives its JSON. */
  send<T>(call: Call, options: RequestOptions = {}): Promise<T> {
    return this.#repeat(call, options, async (sent, info) => {
      const { response } = sent;
      const text = await sent.body(() => response.text());
      sent.detach();
      const answer = objectOf(text);
      if (answer === undefined)
        throw new UnexpectedAnswerError(
          `${response.status} came with something that is no JSON object. Is baseUrl the address of Florin?`,
          response.status,
        );
      infos.set(answer, info);
      return answer as T;
    });
  }

  /** Sends a call and gives its content as it arrives. The time-out ends with the headers: a long file may take long. */
  download(call: Call, options: RequestOptions = {}): Promise<Download> {
    return this.#repeat(call, options, async (sent, info) => {
      sent.finish();
      const download = new Download(sent.response, options.signal);
      infos.set(download, info);
      return download;
    });
  }

  async #repeat<T>(
    call: Call,
    options: RequestOptions,
    take: (sent: Sent, info: AnswerInfo) => Promise<T>,
  ): Promise<T> {
    // Anything else would become a part of the host's name, and the key would go there.
    if (!call.path.startsWith('/'))
      throw new UsageError(`The path of a call begins with a slash: '${call.path}' does not.`);
    const given = keyOf(options.idempotencyKey);
    if (given !== undefined && !call.keyed)
      throw new UsageError(`${call.method} ${call.path} takes no idempotencyKey.`);
    const maxRetries = whole('maxRetries', options.maxRetries, this.#options.maxRetries, 0);
    const timeoutMs = whole('timeoutMs', options.timeoutMs, this.#options.timeoutMs, 1);
    const idempotencyKey = call.keyed ? (given ?? uuid(this.#options.crypto)) : undefined;
    const safe = call.method !== 'POST' || idempotencyKey !== undefined;
    // Made once: what is repeated is the same to the byte, also when the caller's object changes meanwhile.
    const url = `${this.#options.origin}${call.path}${queryText(call.query)}`;
    const init = this.#request(call, options, idempotencyKey);

    for (let tried = 0; ; tried++) {
      options.signal?.throwIfAborted();
      try {
        const sent = await this.#once(url, init, { timeoutMs, signal: options.signal, idempotencyKey });
        const { response } = sent;
        const requestId = response.headers.get('request-id') ?? undefined;
        if (response.status < 200 || response.status > 299) throw await this.#refused(call, sent, idempotencyKey);
        const replayed = response.headers.get('idempotent-replayed') === 'true';
        return await take(sent, { status: response.status, requestId, idempotencyKey, replayed, tries: tried + 1 });
      } catch (error) {
        options.signal?.throwIfAborted();
        const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
        const again =
          (error instanceof ConnectionError && worthAnotherTry('no answer', safe)) ||
          (error instanceof ApiError && worthAnotherTry({ status: error.status, retryAfterMs }, safe));
        if (!again || tried >= maxRetries || (retryAfterMs ?? 0) > this.#options.maxRetryAfterMs) throw error;
        await this.#chance.sleep(waitMs(tried, retryAfterMs, this.#chance.random), options.signal);
      }
    }
  }

  #request(call: Call, options: RequestOptions, idempotencyKey: string | undefined) {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...this.#options.headers, ...options.headers }))
      headers[name.toLowerCase()] = value;
    headers['authorization'] = `Bearer ${this.#options.apiKey}`;
    headers['accept'] = 'application/json, */*;q=0.5';
    // A page may not name itself, and asking to would cost it a preflight.
    if (!inBrowser()) headers['user-agent'] ??= `florin-sdk/${version}`;
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    else delete headers['idempotency-key'];
    if (call.body === undefined) {
      delete headers['content-type'];
      return { method: call.method, headers };
    }
    headers['content-type'] = 'application/json';
    try {
      return { method: call.method, headers, body: JSON.stringify(call.body) };
    } catch (cause) {
      throw new UsageError(`The input of ${call.method} ${call.path} cannot be written as JSON.`, { cause });
    }
  }

  async #once(
    url: string,
    init: { method: string; headers: Record<string, string>; body?: string },
    limits: { timeoutMs: number; signal: Signal | undefined; idempotencyKey: string | undefined },
  ): Promise<Sent> {
    const { timeoutMs, signal, idempotencyKey } = limits;
    const controller = new AbortController();
    let late = false;
    let stop: (reason: unknown) => void = () => {};
    // A fetch that ignores its signal must not outlive it here.
    const stopped = new Promise<never>((_done, refuse) => {
      stop = (reason) => {
        refuse(reason);
        controller.abort(reason);
      };
    });
    stopped.catch(() => {});
    const timer = setTimeout(() => {
      late = true;
      stop(new Error('late'));
    }, timeoutMs);
    const onAbort = () => stop(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const finish = () => clearTimeout(timer);
    const detach = () => {
      finish();
      signal?.removeEventListener('abort', onAbort);
    };
    const within = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await Promise.race([work(), stopped]);
      } catch (error) {
        detach();
        if (error instanceof FlorinError) throw error;
        if (late)
          throw new TimeoutError(
            `Florin did not answer within ${timeoutMs} ms. What was asked for may have happened.`,
            {
              idempotencyKey,
            },
          );
        throw new ConnectionError(`Florin could not be reached: ${reasonOf(error)}`, { cause: error, idempotencyKey });
      }
    };
    const response = await within(() =>
      this.#options.fetch(url, { ...init, redirect: 'manual', signal: controller.signal as Signal }),
    );
    return { response, finish, detach, body: within };
  }

  async #refused(call: Call, sent: Sent, idempotencyKey: string | undefined): Promise<FlorinError> {
    const { response } = sent;
    const text = await sent.body(() => response.text());
    sent.detach();
    // Status 0 is how a browser shows a redirect that it was told not to follow.
    if (response.status < 400)
      return new UnexpectedAnswerError(
        `Florin's API does not redirect, and ${call.method} ${call.path} was answered with ${response.status}. Is baseUrl its own address, with https where it has that?`,
        response.status,
      );
    const told = objectOf(text) as Problem | undefined;
    const problem = typeof told?.code === 'string' || typeof told?.detail === 'string' ? told : undefined;
    const requestId = response.headers.get('request-id') ?? problem?.request_id;
    const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), this.#chance.now());
    return apiError(`${call.method} ${call.path}`, {
      status: response.status,
      problem,
      requestId,
      retryAfterMs,
      idempotencyKey,
    });
  }
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Node keeps the reason of "fetch failed" in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message} (${cause.message})` : error.message;
}

export const systemChance: Chance = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((done, refuse) => {
      const onAbort = () => {
        clearTimeout(timer);
        refuse(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        done();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
