// What the list of payouts and the page of one say alike. Pure.

import type { Payout } from '../data/types.ts';

/** Until the bank has it. The server decides. */
export const cancellable = ({ status }: Payout): boolean => status === 'in_review' || status === 'pending';

/** The bank account as it was when the payout was requested. */
export const destinationText = ({ destination: { bank_name, kind, last_four } }: Payout): string =>
  `${bank_name ?? kind.toUpperCase()} •••• ${last_four}`;
