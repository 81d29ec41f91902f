// One request of the page to its server: tried again while the answer is not known, given up on as soon as it is. The key of a
// press stays the same over all tries, so however often the network fails the customer is charged at most once.
// Must never put what it sends into a URL, a log or an error.

export type Problem = {
  status: number;
  code: string;
  param: string | undefined;
  detail: string;
  request_id: string | undefined;
};

export type Reply<T> =
  | { kind: 'answer'; value: T }
  /** The server refused: nothing was done. */
  | { kind: 'problem'; problem: Problem }
  /** No definite answer came, whatever was tried. A problem is present when the server said at least something. */
  | { kind: 'unknown'; problem: Problem | undefined };

export type Call = {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  key?: string;
  timeout_ms: number;
  tries: number;
};

export type Tools = {
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Resolves after so many milliseconds; a page resolves early when it comes back online. */
  pause(ms: number): Promise<void>;
  random(): number;
};

/** The server is busy with this very press, or with others: the same request again is right. */
const passing = new Set([408, 425, 429]);

export async function send<T>(call: Call, tools: Tools): Promise<Reply<T>> {
  let last: Problem | undefined;
  for (let attempt = 1; ; attempt++) {
    const reply = await once<T>(call, tools);
    if (reply.kind === 'answer') return reply;
    if (reply.kind === 'problem') {
      const { problem } = reply;
      const again = passing.has(problem.status) || problem.status >= 500 || problem.code === 'idempotency_in_flight';
      if (!again) return reply;
      last = problem;
    }
    if (attempt >= call.tries) return { kind: 'unknown', problem: last };
    const wait_ms = Math.max(backoff(attempt, tools.random()), reply.retry_after_ms);
    await tools.pause(wait_ms);
  }
}

/** 0.6 s, 1.2 s, 2.4 s, … at most 8 s, spread by half so that many pages do not come back in one wave. */
export const backoff = (attempt: number, chance: number): number =>
  Math.min(8_000, 600 * 2 ** (attempt - 1)) * (0.75 + chance / 2);

type Try<T> = Reply<T> & { retry_after_ms: number };

async function once<T>(call: Call, tools: Tools): Promise<Try<T>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  if (call.key !== undefined) headers['idempotency-key'] = call.key;
  try {
    const response = await tools.fetch(call.path, {
      method: call.method,
      headers,
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(call.timeout_ms),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const body: unknown = await response.json();
    // The cast is the wire's contract (CheckoutView, PayResult in src/checkout/view.ts): page and server are one release.
    if (response.ok) return { kind: 'answer', value: body as T, retry_after_ms: 0 };
    const retry_after_ms = Math.min(10_000, (Number(response.headers.get('retry-after')) || 0) * 1_000);
    return { kind: 'problem', problem: problemOf(response.status, body), retry_after_ms };
  } catch {
    // Broken connection, time-out, or an answer cut short: the request may have arrived.
    return { kind: 'unknown', problem: undefined, retry_after_ms: 0 };
  }
}

function problemOf(status: number, body: unknown): Problem {
  const said = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof said[name] === 'string' ? (said[name] as string) : undefined);
  return {
    status,
    code: text('code') ?? 'internal',
    param: text('param'),
    detail: text('detail') ?? '',
    request_id: text('request_id'),
  };
}

/** 32 hexadecimal digits of chance. Not randomUUID: that one is missing on a page served without TLS inside a company. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
