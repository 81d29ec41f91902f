// Launches Florin's checkout from a page, by redirect or in a frame. Only publishable keys belong here.

import { initEmbeddedCheckout } from './embedded.ts';
import { FLORIN_ERROR_CODES as codes, FlorinError } from './errors.ts';
import { isSessionId } from './session.ts';
import { settle } from './settings.ts';
import type { Florin, LoadFlorinOptions, RedirectToCheckoutParams } from './types.ts';

export { FLORIN_ERROR_CODES, FlorinError, type FlorinErrorCode } from './errors.ts';
export type * from './types.ts';

/**
 * Initializes the SDK with a publishable key.
 * @throws FlorinError `INVALID_PUBLIC_KEY`, `INVALID_CHECKOUT_ENV`, `INVALID_LOAD_OPTIONS`, `BOOTSTRAP_REQUEST_FAILED`,
 *   `INVALID_BOOTSTRAP_RESPONSE`
 */
export async function loadFlorin(publishableKey: string, options: LoadFlorinOptions = {}): Promise<Florin> {
  if (typeof options !== 'object' || options === null)
    throw new FlorinError(codes.INVALID_LOAD_OPTIONS, 'The options of loadFlorin must be an object.');
  const { checkoutBaseUrl, embeddable } = await settle(publishableKey, options);
  return {
    redirectToCheckout: async (params) => redirect(checkoutBaseUrl, params),
    initEmbeddedCheckout: async (embedded) => initEmbeddedCheckout(embeddable, embedded),
  };
}

function redirect(base: string, params: RedirectToCheckoutParams): void {
  const { sessionParam, sessionId, replace = false } = params ?? {};
  const wrong = (message: string) => new FlorinError(codes.INVALID_REDIRECT_PARAMS, message);
  if (typeof replace !== 'boolean') throw wrong(`'replace' must be true or false.`);
  if (sessionParam == null && sessionId == null) throw wrong(`Pass 'sessionParam' or 'sessionId'.`);
  // Opaque, but one segment of a path: what the dots would lead to is no session.
  if (sessionParam != null && (typeof sessionParam !== 'string' || /^\.{0,2}$|\s/.test(sessionParam)))
    throw wrong(`'sessionParam' must be what your backend was given, such as sess_….`);
  if (sessionParam == null && !isSessionId(sessionId))
    throw new FlorinError(
      codes.INVALID_SESSION_ID,
      `'sessionId' must be the id of a checkout session, such as sess_….`,
    );
  if (typeof window !== 'object')
    throw new FlorinError(
      codes.NOT_IN_BROWSER,
      'redirectToCheckout needs a browser; elsewhere, send the session’s url.',
    );
  const url = `${base}/pay/${encodeURIComponent(sessionParam ?? sessionId ?? '')}`;
  if (replace) window.location.replace(url);
  else window.location.assign(url);
}
