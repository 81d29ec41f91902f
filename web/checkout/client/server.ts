// The page's calls to its server: what the customer's press becomes on the wire.

import type { PayResult } from '../../../src/checkout/view.ts';
import type { CurrencyAnswer } from '../currency.ts';
import { type Reply, send, type Tools } from '../press.ts';
import type { PromotionAnswer } from '../promotion.ts';
import type { QuantityAnswer } from '../quantity.ts';
import { announce, boot, say } from './dom.ts';
import type { CardBody } from './fields.ts';

/** Resolves after `ms`, or as soon as the browser is back online: waiting longer would only keep the customer. */
export function pause(ms: number): Promise<void> {
  if (navigator.onLine === false) announce(say('offline'));
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
  });
}

const tools: Tools = { fetch: (path, init) => fetch(path, init), pause, random: Math.random };

export const createToken = (card: CardBody): Promise<Reply<{ id: string }>> =>
  send({ method: 'POST', path: `${boot.base}/tokens`, body: card, timeout_ms: 15_000, tries: 4 }, tools);

export type PayBody = {
  /** What the page shows. */
  amount?: number;
  token?: string;
  payment_method?: string;
  payment_method_type?: 'bitcoin';
  /** What the page showed. */
  currency?: string;
  email?: string;
  save_payment_method?: boolean;
};

/** The time-out is longer than the server's own towards a provider: the server should be the first to give up. */
export const sendPayment = (body: PayBody, key: string): Promise<Reply<PayResult>> =>
  send({ method: 'POST', path: `${boot.base}/payments`, body, key, timeout_ms: 30_000, tries: 4 }, tools);

/** One try: a guess is never repeated by itself. Taking the same code twice is the same as once. */
export const sendPromotionCode = (code: string | null): Promise<Reply<PromotionAnswer>> =>
  send({ method: 'POST', path: `${boot.base}/promotion_code`, body: { code }, timeout_ms: 15_000, tries: 1 }, tools);

/** One try: what is shown is what the server answered last. */
export const sendQuantity = (line: number, quantity: number): Promise<Reply<QuantityAnswer>> =>
  send(
    { method: 'POST', path: `${boot.base}/quantity`, body: { line, quantity }, timeout_ms: 15_000, tries: 1 },
    tools,
  );

/** One try: what is shown is what the server answered last. */
export const sendCurrency = (currency: string): Promise<Reply<CurrencyAnswer>> =>
  send({ method: 'POST', path: `${boot.base}/currency`, body: { currency }, timeout_ms: 15_000, tries: 1 }, tools);

export const askStatus = (tries = 3): Promise<Reply<PayResult>> =>
  send({ method: 'GET', path: `${boot.base}/status`, timeout_ms: 15_000, tries }, tools);
