// Words about a payment that the page and the document share.

import type { SayWord } from './words.ts';

export function paidBy(say: SayWord, brand: string | null, last_four: string | null): string {
  if (brand === null && last_four === null) return say('payment');
  const name = brand === null ? say('card') : brand.charAt(0).toUpperCase() + brand.slice(1);
  return say('payment_by', { method: last_four === null ? name : `${name} •••• ${last_four}` });
}
