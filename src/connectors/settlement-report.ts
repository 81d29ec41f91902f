// What a provider reports of a day: every movement that it booked, so that its books can be held against ours. Like the rest of
// a connector it imports kit only.

import type { Currency } from '../kit/money.ts';

/** Each with its sign, from our side. `dispute`: taken back when a dispute was opened; `dispute_reversal`: returned when it was won or withdrawn. */
export const lineKinds = { charge: 1, refund: -1, dispute: -1, dispute_reversal: 1 } as const;
export type LineKind = keyof typeof lineKinds;

export type ReportLine = {
  /**
   * Of a charge or refund: our attempt's id, which every provider carries along. Of a dispute and its reversal: the provider's id
   * of the dispute. Text that is none of ours is a line that is missing here.
   */
  reference: string;
  kind: LineKind;
  /** Minor units, signed from our side. */
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
