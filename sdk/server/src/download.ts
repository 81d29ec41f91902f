// A file that the server sends while it makes it, such as a report. It must never pass off a transfer that broke off as whole.

import { ConnectionError } from './errors.ts';
import type { FetchResponse, Signal } from './runtime.ts';

type Reader = { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(reason?: unknown): Promise<void> };

/**
 * A file, once: read it by `for await (const bytes of download)`, by `text()`, or by `bytes()`. A transfer that breaks off throws a
 * `ConnectionError`; what came before is not the whole file.
 */
export class Download implements AsyncIterable<Uint8Array> {
  /** Such as `text/csv; charset=utf-8`. */
  readonly contentType: string | undefined;
  /** The name that Florin gives the file. */
  readonly fileName: string | undefined;
  readonly #response: FetchResponse;
  readonly #signal: Signal | undefined;

  constructor(response: FetchResponse, signal?: Signal) {
    this.#response = response;
    this.#signal = signal;
    this.contentType = response.headers.get('content-type') ?? undefined;
    this.fileName = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  }

  /** All of it as text (UTF-8). */
  text(): Promise<string> {
    return this.#whole(() => this.#response.text());
  }

  /** All of it as bytes. */
  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.#whole(() => this.#response.arrayBuffer()));
  }

  /** The bytes as they arrive. Leaving the loop early ends the transfer. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const body = this.#response.body as { getReader?(): Reader } | null | undefined;
    if (typeof body?.getReader !== 'function') {
      // An injected fetch may know no streams.
      yield await this.bytes();
      return;
    }
    const reader = body.getReader();
    let ended = false;
    try {
      for (;;) {
        const { done, value } = await this.#whole(() => reader.read());
        ended = done;
        if (done) return;
        if (value) yield value;
      }
    } finally {
      if (!ended) await reader.cancel().catch(() => {});
    }
  }

  async #whole<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      this.#signal?.throwIfAborted();
      // Reading twice is the caller's mistake, which the runtime tells by a TypeError before anything is sent.
      throw new ConnectionError('The download broke off or was read already: what came is not the whole file.', {
        cause,
      });
    }
  }
}
