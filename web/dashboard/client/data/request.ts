// One request to the API, as the person whose session cookie the browser holds. A refusal becomes a `Refusal`, which keeps the
// problem document, so that whoever shows it can name the field and the request. Must never keep a secret.

import { basePath } from '../place.ts';

export type Problem = { status: number; code: string; detail: string; param?: string; request_id?: string };

export class Refusal extends Error {
  override name = 'Refusal';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

export type Ask = {
  query?: Query;
  body?: unknown;
  account?: string | undefined;
  /** The same for every repetition of one press, so that it takes effect once. */
  idempotency_key?: string;
  signal?: AbortSignal;
};

export const apiUrl = (path: string, query: Query = {}): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') search.append(name, String(one));
    }
  }
  const text = search.toString();
  return `${basePath}/v1${path}${text === '' ? '' : `?${text}`}`;
};

export async function send(method: string, path: string, ask: Ask = {}): Promise<Response> {
  const { account, body, idempotency_key, query, signal } = ask;
  let response: Response;
  try {
    response = await fetch(apiUrl(path, query), {
      method,
      credentials: 'same-origin',
      headers: {
        ...(account === undefined ? {} : { 'florin-account': account }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotency_key === undefined ? {} : { 'idempotency-key': idempotency_key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Refusal({ status: 0, code: 'unreachable', detail: 'Florin cannot be reached. Look at your connection.' });
  }
  if (response.ok) return response;
  const given = (await response.json().catch(() => ({}))) as Partial<Problem>;
  throw new Refusal({
    status: response.status,
    code: given.code ?? 'internal',
    detail: given.detail ?? `The server answered ${response.status}.`,
    ...(given.param === undefined ? {} : { param: given.param }),
    request_id: given.request_id ?? response.headers.get('request-id') ?? '',
  });
}

export async function request<T>(method: string, path: string, ask: Ask = {}): Promise<T> {
  const response = await send(method, path, ask);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** A file of the API, handed to the browser as a download. */
export async function download(path: string, ask: Ask = {}): Promise<void> {
  const response = await send('GET', path, ask);
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'download';
  save(await response.blob(), name);
}

export function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
