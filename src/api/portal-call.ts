// How the portal's pages ask its operations: each through the door, as the customer whose browser it is.

import type { FastifyRequest } from 'fastify';
import { type FaultCode, isFault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import type { PortalCard, PortalSubscription, PortalView } from '../portal/view.ts';
import { viewPortal } from '../portal/view-portal.ts';

/** The answer is what the operation's schema says. */
export async function call<T>(ctx: Ctx, op: unknown, input: unknown): Promise<T> {
  return (await perform(op as Operation, ctx, { input })).value as T;
}

export const viewOf = (ctx: Ctx, request: FastifyRequest): Promise<PortalView> =>
  call<PortalView>(ctx, viewPortal, languagesOf(request));

export function languagesOf({ headers }: FastifyRequest): { languages?: string } {
  const languages = headers['accept-language'];
  return languages === undefined ? {} : { languages };
}

export function subscriptionIn(view: PortalView, id: string): PortalSubscription {
  const found = view.subscriptions.find((one) => one.id === id);
  if (!found) throw notFound('subscription', id);
  return found;
}

export function cardIn(view: PortalView, id: string): PortalCard {
  const found = view.cards.find((one) => one.id === id);
  if (!found) throw notFound('payment method', id);
  return found;
}

/** Of an address's query; a name that stands there twice counts for nothing. */
export function textIn(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** These say that what was on the page is not so any more, or was never offered. */
const passed = new Set<FaultCode>([
  'state_invalid',
  'payment_in_progress',
  'permission_denied',
  'parameter_invalid',
  'feature_unavailable',
  'not_found',
]);

/** The first page says how things are, and is all the answer that a person needs. */
export const isPassed = (error: unknown): boolean => isFault(error) && passed.has(error.code);
