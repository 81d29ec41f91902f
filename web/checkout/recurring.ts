// How the page says what a subscription costs after today, and what its button says. Pure.

import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import type { MessageKey } from './messages.ts';
import { moneyIn, type Page, sayIn } from './page.ts';

type Recurring = NonNullable<CheckoutView['recurring']>;

const one = { day: 'every_day', week: 'every_week', month: 'every_month', year: 'every_year' } as const;
const many = { day: 'every_days', week: 'every_weeks', month: 'every_months', year: 'every_years' } as const;

function every({ interval, interval_count: count }: Recurring, page: Page): string {
  const say = sayIn(page.locale);
  if (count === 1) return say(one[interval]);
  return say(many[interval], { count: new Intl.NumberFormat(page.locale).format(count) });
}

/** Under the line that it is about; undefined where everything is paid once. */
export function recurringText(view: CheckoutView, page: Page, now: Date): string | undefined {
  const { recurring } = view;
  if (!recurring) return undefined;
  const say = sayIn(page.locale);
  const rhythm = every(recurring, page);
  const { amount, trial_days } = recurring;
  const costs =
    amount === null
      ? say('recurring_usage', { every: rhythm })
      : say('recurring_amount', { amount: moneyIn(page.locale, currencyOf(view.currency))(amount), every: rhythm });
  if (trial_days === 0) return costs;
  const end = new Date(now.getTime() + trial_days * 86_400_000);
  const date = new Intl.DateTimeFormat(page.locale, { dateStyle: 'long', timeZone: 'UTC' }).format(end);
  return say('recurring_trial', { date, costs });
}

/** Nothing to pay, today or later: no card is asked for. */
export const isFree = ({ recurring, amount_total }: Pick<CheckoutView, 'recurring' | 'amount_total'>): boolean =>
  recurring === null && amount_total === 0;

export type Words = { title: MessageKey; button: MessageKey; done: MessageKey; complete: MessageKey };

/** Of the button and of what follows it. */
export function wordsOf({ recurring, amount_total }: CheckoutView): Words {
  if (isFree({ recurring, amount_total }))
    return { title: 'free_title', button: 'complete_order', done: 'free_text', complete: 'free_text' };
  if (!recurring)
    return { title: 'success_title', button: 'pay_amount', done: 'success_text', complete: 'complete_text' };
  const done = { title: 'subscribed_title', done: 'subscribed_text', complete: 'subscribed_text' } as const;
  if (amount_total > 0) return { button: 'subscribe_amount', ...done };
  return { button: recurring.trial_days > 0 ? 'start_trial' : 'subscribe', ...done };
}
