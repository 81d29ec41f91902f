// A checkout inside the page: its instance, its events, and the polling beside them. Must never lead the page anywhere by itself.

import { FLORIN_ERROR_CODES as codes, FlorinError, type FlorinErrorCode } from './errors.ts';
import { type Frame, isState, openFrame } from './frame.ts';
import { fetched, type Session } from './session.ts';
import type {
  CheckoutEvent,
  CheckoutEventPayloads,
  CheckoutEventType,
  CheckoutState,
  EmbeddedCheckout,
  EmbeddedCheckoutOptions,
} from './types.ts';

type Handler = (event: CheckoutEvent) => void;
type Origin = { source: 'checkout' | 'poll'; more?: Record<string, unknown> | undefined; return_url?: string | null };

const types: readonly string[] = ['ready', 'resize', 'state_change', 'complete', 'hosted_return', 'error'];
const isTerminal = (state: CheckoutState) => state !== 'payment' && state !== 'pending';

export async function initEmbeddedCheckout(
  embeddable: boolean,
  options: EmbeddedCheckoutOptions,
): Promise<EmbeddedCheckout> {
  refuseOptions(options);
  if (typeof document !== 'object')
    throw new FlorinError(codes.NOT_IN_BROWSER, 'initEmbeddedCheckout needs a browser.');
  if (!embeddable) {
    throw new FlorinError(
      codes.EMBEDDED_CHECKOUT_DISABLED,
      'A page of this origin cannot embed a checkout: serve it over https, or from loopback in the sandbox.',
    );
  }
  return embed(await fetched(options.fetchSession), options);
}

function refuseOptions(options: unknown): void {
  const given = (typeof options === 'object' && options !== null ? options : {}) as Record<string, unknown>;
  const must = (name: string, fits: boolean, what: string) => {
    if (!fits) throw new FlorinError(codes.INVALID_EMBEDDED_OPTIONS, `'${name}' must be ${what}.`);
  };
  must('fetchSession', typeof given['fetchSession'] === 'function', 'a function');
  for (const name of ['onEvent', 'pollStatus'])
    must(name, given[name] == null || typeof given[name] === 'function', 'a function');
  for (const name of ['autoResize', 'autoDestroyOnComplete'])
    must(name, given[name] == null || typeof given[name] === 'boolean', 'true or false');
  const { pollIntervalMs: ms } = given;
  must('pollIntervalMs', ms == null || (typeof ms === 'number' && ms > 0 && ms < 2 ** 31), 'milliseconds above 0');
}

function embed(session: Session, options: EmbeddedCheckoutOptions): EmbeddedCheckout {
  const { onEvent, pollStatus } = options;
  const autoResize = options.autoResize ?? true;
  const autoDestroy = options.autoDestroyOnComplete ?? true;
  const pollIntervalMs = options.pollIntervalMs ?? 2_000;
  const { sessionId, orderId } = session;
  const handlers = new Map<string, Set<Handler>>();

  let frame: Frame | undefined;
  let around: Element | undefined;
  let destroyed = false;
  let ready = false;
  let state: CheckoutState | undefined;
  let ended: CheckoutState | undefined;
  let attempt = 0;
  /** Stands for one round of polling; an answer that comes after it is of no round. */
  let polling: { timer?: ReturnType<typeof setTimeout> } | undefined;

  function emit<T extends CheckoutEventType>(
    type: T,
    payload: Omit<CheckoutEventPayloads[T], 'sessionId' | 'orderId'>,
  ): void {
    const event = { type, payload: { ...payload, sessionId, orderId } } as unknown as CheckoutEvent;
    for (const handler of [onEvent, ...(handlers.get(type) ?? [])]) {
      if (destroyed) return;
      try {
        handler?.(event);
      } catch (error) {
        // A handler's fault is the page's, and shows in its console; ours goes on.
        setTimeout(() => {
          throw error;
        }, 0);
      }
    }
  }

  function fail(code: FlorinErrorCode, message: string, cause?: unknown): void {
    emit('error', { code, message, error: new FlorinError(code, message, cause) });
  }

  function moved(next: CheckoutState, { source, more }: Origin): void {
    // Paid stays paid, whatever a page that has not heard of it yet says.
    if (next === state || ended === 'success') return;
    const previousState = state;
    state = next;
    if (!isTerminal(next) && ended) {
      ended = undefined;
      poll();
    }
    emit('state_change', { ...more, state, previousState, source });
  }

  function finished(next: CheckoutState, from: Origin): void {
    if (next === ended || ended === 'success') return;
    stopPolling();
    moved(next, from);
    ended = next;
    emit('complete', { ...from.more, state: next, source: from.source });
    if (from.return_url) emit('hosted_return', { state: next, url: from.return_url });
    if (next === 'success' && autoDestroy) destroy();
  }

  function stopPolling(): void {
    clearTimeout(polling?.timer);
    polling = undefined;
  }

  function poll(): void {
    if (!pollStatus || polling || !frame) return;
    const round: { timer?: ReturnType<typeof setTimeout> } = {};
    polling = round;
    const ask = async () => {
      try {
        const answer = await pollStatus({ sessionId, orderId, attempt: ++attempt });
        if (polling !== round) return;
        if (answer != null) {
          if (!isState(answer.state)) throw new Error('it must resolve to null or { state, payload? }');
          const from: Origin = { source: 'poll', more: answer.payload };
          if (isTerminal(answer.state)) finished(answer.state, from);
          else moved(answer.state, from);
        }
      } catch (error) {
        if (polling === round) fail(codes.POLL_STATUS_FAILED, `'pollStatus' failed: ${String(error)}`, error);
      }
      if (polling === round) round.timer = setTimeout(ask, pollIntervalMs);
    };
    round.timer = setTimeout(ask, pollIntervalMs);
  }

  function refuseDestroyed(): void {
    if (destroyed)
      throw new FlorinError(codes.INSTANCE_DESTROYED, 'This checkout was destroyed. Call initEmbeddedCheckout again.');
  }

  function mount(container: string | HTMLElement): void {
    refuseDestroyed();
    const element = elementOf(container);
    if (frame && element === around) return;
    unmount();
    around = element;
    frame = openFrame(element, session, {
      silent: () =>
        fail(
          codes.CHECKOUT_NOT_READY,
          'The checkout did not answer. Was the session made with ui_mode embedded, and with this origin in allowed_origins?',
        ),
      said(said) {
        const from: Origin = { source: 'checkout' };
        switch (said.type) {
          case 'ready':
            if (!ready) {
              ready = true;
              emit('ready', { state: said.state });
            }
            return moved(said.state, from);
          case 'resize':
            if (autoResize) frame?.setHeight(said.height);
            return emit('resize', { height: said.height });
          case 'state_change':
            return moved(said.state, from);
          case 'complete':
            return finished(said.state, { ...from, return_url: said.return_url });
          case 'hosted_return':
            return emit('hosted_return', { state: said.state, url: said.url });
        }
      },
    });
    if (!ended) poll();
  }

  function unmount(): void {
    stopPolling();
    frame?.close();
    frame = around = undefined;
    ready = false;
  }

  function destroy(): void {
    unmount();
    destroyed = true;
    handlers.clear();
  }

  return {
    mount,
    unmount,
    destroy,
    on(type, handler) {
      refuseDestroyed();
      if (!types.includes(type) || typeof handler !== 'function')
        throw new FlorinError(
          codes.INVALID_EMBEDDED_OPTIONS,
          `Call on(type, handler) with one of ${types.join(', ')}.`,
        );
      // Its own function, so that each subscription of the same handler ends by itself.
      const once: Handler = (event) => handler(event as CheckoutEvent<typeof type>);
      const all = handlers.get(type) ?? new Set();
      handlers.set(type, all.add(once));
      return () => {
        all.delete(once);
      };
    },
    getState: () => ({ mounted: frame !== undefined, destroyed }),
  };
}

function elementOf(container: string | HTMLElement): Element {
  let found: Element | null = null;
  try {
    found = typeof container === 'string' ? document.querySelector(container) : container;
  } catch {
    // No selector at all: nothing is found by it.
  }
  if (found?.nodeType !== 1)
    throw new FlorinError(
      codes.CONTAINER_NOT_FOUND,
      typeof container === 'string'
        ? `No element matches '${container}'. Is the page loaded?`
        : `Pass 'mount' an element or a CSS selector.`,
    );
  return found;
}
