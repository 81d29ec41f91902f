// A saved card in a few words. Pure.

import type { PaymentMethod } from '../data/types.ts';
import { named } from '../words.ts';

export const expiryText = ({ card }: Pick<PaymentMethod, 'card'>): string =>
  `${String(card.exp_month).padStart(2, '0')}/${card.exp_year}`;

export const cardText = (method: Pick<PaymentMethod, 'card'>): string =>
  `${named(method.card.brand)} •••• ${method.card.last_four}`;
