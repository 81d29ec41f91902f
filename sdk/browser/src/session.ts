// The session that a backend made: asked for, and held against what it must be before any of it is shown.

import { FLORIN_ERROR_CODES as codes, FlorinError } from './errors.ts';
import { isWebUrl } from './settings.ts';
import type { CheckoutSession } from './types.ts';

export type Session = { sessionId: string; checkoutUrl: string; orderId: string | undefined };

export const isSessionId = (id: unknown): id is string => typeof id === 'string' && /^sess_[\w-]{1,100}$/.test(id);

export async function fetched(fetchSession: () => Promise<CheckoutSession> | CheckoutSession): Promise<Session> {
  let answer: CheckoutSession;
  try {
    answer = await fetchSession();
  } catch (error) {
    throw new FlorinError(codes.SESSION_ID_FETCH_FAILED, `'fetchSession' failed: ${String(error)}`, error);
  }
  if (typeof answer !== 'object' || answer === null)
    throw new FlorinError(codes.SESSION_ID_FETCH_FAILED, `'fetchSession' must resolve to { sessionId, checkoutUrl }.`);
  const { sessionId, checkoutUrl, orderId } = answer;
  if (!isSessionId(sessionId))
    throw new FlorinError(codes.INVALID_SESSION_ID, `'fetchSession' resolved to a sessionId that is none (sess_…).`);
  if (!isWebUrl(checkoutUrl))
    throw new FlorinError(codes.SESSION_ID_FETCH_FAILED, `'fetchSession' must resolve to a full checkoutUrl.`);
  return { sessionId, checkoutUrl, orderId: orderId ?? undefined };
}
