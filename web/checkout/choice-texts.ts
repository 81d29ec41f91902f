// What each currency of a choice comes to, as the page writes it. Pure.

import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { moneyIn, type Page } from './page.ts';

export const choiceTexts = ({ offer }: CheckoutView, page: Page): string[] =>
  (offer?.choices ?? []).map(({ currency, amount_total }) => moneyIn(page.locale, currencyOf(currency))(amount_total));
