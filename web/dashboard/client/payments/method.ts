// How a payment was paid, in a few words.

import type { Payment } from '../data/types.ts';
import { named } from '../words.ts';

export const methodText = ({ payment_method: method }: Payment): string => {
  if (!method) return '–';
  return 'card' in method ? `${named(method.card.brand)} •••• ${method.card.last_four}` : named(method.type);
};
