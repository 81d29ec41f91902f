// What a provider reports of a day: every movement that it booked, so that its books can be held against ours. Like the rest of
// a connector it imports kit only.

import type { Currency } from '../kit/money.ts';

export type ReportLine = {
  /** Our attempt's id, which every provider carries along. Text that is none of ours is a line that is missing here. */
  reference: string;
  kind: 'charge' | 'refund';
  /** Minor units, signed from our side: a charge is above zero, a refund below. */
  amount: number;
  currency: Currency;
  /** When the provider booked it. */
  booked_at: Date;
};

/** Mistakes that a sandbox makes on purpose, so that exceptions can be seen before a provider makes one. */
export const reportFaults = ['missing_line', 'different_amount', 'extra_line'] as const;
export type ReportFault = (typeof reportFaults)[number];

export type SettlementReporter = {
  /** The lines booked from `from` until before `to`, in no order that anybody may rely on. `faults`: of the simulator alone. */
  settlementReport(from: Date, to: Date, faults?: readonly ReportFault[]): AsyncIterable<ReportLine>;
};
