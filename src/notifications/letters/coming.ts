// What mails say of a subscription that is about to be charged. Pure.

import type { Interval } from '../../billing/cycle.ts';
import type { Row } from '../letter.ts';
import type { Words } from '../words.ts';

export type Coming = {
  product: string;
  /** Of a whole period, before tax and credit. */
  price: number;
  every: { interval: Interval; count: number };
  /** What will be charged. */
  amount: number;
  currency: string;
  /** An invoice is sent, and no card is charged. */
  sent: boolean;
  /** Where the customer changes or cancels it; null where there is no such page. */
  url: string | null;
};

export const planRow = ({ product, price, currency, every }: Coming, { say, money, every: name }: Words): Row => ({
  label: product,
  value: say('price_every', { amount: money(price, currency), interval: name(every.interval, every.count) }),
});
