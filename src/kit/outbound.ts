// Every request that leaves this process goes through here: the address is judged at the moment of connecting, answers are
// bounded in time and size, and a redirect is an answer like any other. It must never follow one, retry, or log a body.

import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { type AddressGuard, openGuard } from './address.ts';
import { Fault } from './fault.ts';

export type OutboundRequest = { headers: Record<string, string>; body: string; timeout_ms: number };
export type OutboundAnswer = { status: number; headers: Record<string, string>; body: string };
export type Outbound = {
  /** Resolves with whatever was answered, also 3xx and 5xx; rejects with OutboundError when nothing complete was. */
  post(url: string, request: OutboundRequest): Promise<OutboundAnswer>;
  get(url: string, request: Omit<OutboundRequest, 'body'>): Promise<OutboundAnswer>;
  close(): Promise<void>;
};

export type OutboundReason = 'refused_address' | 'timeout' | 'connection' | 'dns' | 'tls';

export class OutboundError extends Error {
  override name = 'OutboundError';
  readonly reason: OutboundReason;
  constructor(reason: OutboundReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** What is read of an answer; the rest is cut off together with its connection. */
export const maxAnswerBytes = 64 * 1024;

export type OutboundOptions = {
  /** Ranges that may be reached although they are not public, in CIDR notation. */
  allow: string[];
  /** Open connections to one origin at a time. */
  connections?: number;
  /** How names become addresses; a test hands in names that change their mind. */
  lookup?: LookupFunction;
};

export function openOutbound({
  allow,
  connections = 64,
  lookup = systemLookup as LookupFunction,
}: OutboundOptions): Outbound {
  const agent = new Agent({
    connect: guardedConnector(openGuard(allow), lookup),
    connections,
    pipelining: 1,
    // One clock only: the total time of the request.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 60_000,
    maxHeaderSize: 16 * 1024,
    allowH2: false,
  });
  return {
    post: (url, request) => send(agent, 'POST', url, request),
    get: (url, request) => send(agent, 'GET', url, request),
    close: () => agent.destroy(),
  };
}

/** The socket is given only addresses that passed, so what is checked is what is connected to, however often a name changes. */
function guardedConnector(guard: AddressGuard, lookup: LookupFunction): buildConnector.connector {
  const checkedLookup: LookupFunction = (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      const candidates = Array.isArray(found) ? found : [];
      const passed = candidates.filter((c) => guard.refusal(c.address) === undefined);
      const [first] = passed;
      if (!first) return done(refused(hostname, candidates[0]?.address, guard), '');
      if (options.all) return done(null, passed);
      return done(null, first.address, first.family);
    });
  };
  const connect = buildConnector({
    lookup: checkedLookup,
    timeout: 10_000,
    allowH2: false,
    keepAlive: true,
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    // No name, no lookup: a literal is judged here.
    if (isIP(options.hostname) && guard.refusal(options.hostname) !== undefined) {
      callback(refused(options.hostname, options.hostname, guard), null);
      return;
    }
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      const address = socket.remoteAddress;
      if (address !== undefined && guard.refusal(address) === undefined) return callback(null, socket);
      socket.destroy();
      return callback(refused(options.hostname, address, guard), null);
    });
  };
}

function refused(host: string, address: string | undefined, guard: AddressGuard): OutboundError {
  const why = address === undefined ? 'it has no address' : `${address} may not be reached: ${guard.refusal(address)}`;
  return new OutboundError(address === undefined ? 'dns' : 'refused_address', `${host}: ${why}.`);
}

type Sent = Omit<OutboundRequest, 'body'> & { body?: string };

async function send(agent: Agent, method: 'GET' | 'POST', url: string, request: Sent): Promise<OutboundAnswer> {
  const { origin, pathname, search } = new URL(url);
  const abort = new AbortController();
  const expired = new OutboundError('timeout', `no complete answer within ${request.timeout_ms} ms`);
  let timer: NodeJS.Timeout | undefined;
  // undici hears an abort only once the connection stands; the race also ends a request that waits for one.
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(expired);
      abort.abort(expired);
    }, request.timeout_ms);
  });
  const answer = exchange(agent, {
    method,
    origin,
    path: pathname + search,
    headers: request.headers,
    body: request.body ?? null,
    signal: abort.signal,
  });
  answer.catch(() => {});
  try {
    return await Promise.race([answer, timeout]);
  } catch (error) {
    throw error instanceof OutboundError ? error : classified(error);
  } finally {
    clearTimeout(timer);
  }
}

type Exchange = {
  method: 'GET' | 'POST';
  origin: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal;
};

async function exchange(agent: Agent, request: Exchange): Promise<OutboundAnswer> {
  const response = await agent.request(request);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early destroys the stream, and with it the connection.
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    parts.push(part.subarray(0, maxAnswerBytes - size));
    size += part.length;
    if (size >= maxAnswerBytes) break;
  }
  return { status: response.statusCode, headers, body: Buffer.concat(parts).toString('utf8') };
}

const dnsCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ENODATA', 'ESERVFAIL']);
const tlsCodes =
  /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

function classified(error: unknown): OutboundError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return new OutboundError('timeout', 'no connection in time', error);
  if (dnsCodes.has(code)) return new OutboundError('dns', `the host name could not be resolved (${code})`, error);
  if (tlsCodes.test(code)) return new OutboundError('tls', `the secure connection was not accepted (${code})`, error);
  return new OutboundError('connection', `the connection failed (${code || 'closed'})`, error);
}

/** Refuses what could never be called. Whether an address is public is asked again at every connect. */
export function checkUrl(url: string, mode: 'sandbox' | 'live', guard?: AddressGuard, param = 'url'): URL {
  const parsed = url.length <= 2048 ? URL.parse(url) : null;
  if (!parsed)
    throw new Fault(
      'parameter_invalid',
      `'${param}' must be a full address of at most 2048 characters, such as https://example.com/hooks.`,
      { param },
    );
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new Fault('url_refused', `'${param}' must begin with https://.`, { param });
  }
  if (parsed.protocol === 'http:' && mode === 'live') {
    throw new Fault('url_refused', `'${param}' must begin with https:// in live mode.`, { param });
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new Fault('url_refused', `'${param}' must not carry a user name or password.`, { param });
  }
  const refusal = guard?.hostRefusal(parsed.hostname);
  if (refusal !== undefined) {
    throw new Fault(
      'url_refused',
      `'${param}' names ${parsed.hostname}, which may not be reached: ${refusal}. An operator can allow a range with OUTBOUND_ALLOW.`,
      { param },
    );
  }
  return parsed;
}
