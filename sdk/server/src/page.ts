// Lists: a page by `await`, every row by `for await`. Cursors are ids of rows, so rows that appear meanwhile are neither skipped nor
// given twice. It must never ask for the same page twice in a walk.

import { UnexpectedAnswerError } from './errors.ts';
import type { RequestOptions } from './options.ts';
import { type Call, passInfo, type Transport } from './transport.ts';

type Cursors = { limit?: number; starting_after?: string; ending_before?: string };
type Rows<T> = { data: T[]; has_more?: boolean };

/** How many rows a walk fetches at a time, where the caller did not say. */
const walkLimit = 100;

/**
 * A list that was asked for and not yet fetched. `await` gives one `Page`; `for await` gives every row, page by page. Each of the two
 * sends requests of its own.
 */
export class ListRequest<T> implements PromiseLike<Page<T>>, AsyncIterable<T> {
  readonly #transport: Transport;
  readonly #call: Call;
  readonly #paged: boolean;
  readonly #options: RequestOptions | undefined;

  constructor(transport: Transport, call: Call, paged: boolean, options?: RequestOptions) {
    this.#transport = transport;
    this.#call = call;
    this.#paged = paged;
    this.#options = options;
  }

  /** The first page. */
  async page(): Promise<Page<T>> {
    const answer = await this.#transport.send<Rows<T>>(this.#call, this.#options);
    if (!Array.isArray(answer.data))
      throw new UnexpectedAnswerError(
        `${this.#call.path} was answered without rows. Is baseUrl the address of Florin?`,
        200,
      );
    return passInfo(answer, new Page(answer, () => this.#following(answer)));
  }

  /** Page after page. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    const query = (this.#call.query ?? {}) as Cursors;
    const limit = this.#paged ? { limit: query.limit ?? walkLimit } : {};
    const walk = new ListRequest<T>(
      this.#transport,
      { ...this.#call, query: { ...query, ...limit } },
      this.#paged,
      this.#options,
    );
    for (let page: Page<T> | undefined = await walk.page(); page; page = await page.nextPage()) yield page;
  }

  /** Every row. With `ending_before` the walk goes the other way: from the row after that one towards the newest. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const backward = (this.#call.query as Cursors | undefined)?.ending_before !== undefined;
    for await (const page of this.pages()) yield* backward ? page.data.toReversed() : page.data;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a list gives its first page
  then<A = Page<T>, B = never>(
    done?: ((page: Page<T>) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.page().then(done, failed);
  }

  async #following({ data, has_more }: Rows<T>): Promise<Page<T> | undefined> {
    if (has_more !== true || data.length === 0 || !this.#paged) return undefined;
    const { ending_before, starting_after, ...query } = (this.#call.query ?? {}) as Cursors;
    const backward = ending_before !== undefined;
    const cursor: unknown = (data.at(backward ? 0 : -1) as { id?: unknown } | null)?.id;
    if (typeof cursor !== 'string' || cursor === (ending_before ?? starting_after))
      throw new UnexpectedAnswerError(
        `${this.#call.path} says that there is more and gives no row to go on from.`,
        200,
      );
    const next = { ...query, [backward ? 'ending_before' : 'starting_after']: cursor };
    return new ListRequest<T>(this.#transport, { ...this.#call, query: next }, this.#paged, this.#options).page();
  }
}

/** Some rows of a list. */
export class Page<T> {
  /** The rows, newest first. */
  readonly data: T[];
  /** Whether there are further rows in the direction of the request. */
  readonly has_more: boolean;
  readonly #next: () => Promise<Page<T> | undefined>;

  constructor(answer: Rows<T>, next: () => Promise<Page<T> | undefined>) {
    this.data = answer.data;
    this.has_more = answer.has_more === true;
    this.#next = next;
  }

  /** The page that follows in the direction of the request; undefined when this is the last one. */
  nextPage(): Promise<Page<T> | undefined> {
    return this.#next();
  }
}
