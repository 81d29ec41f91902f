// The status of a subscription, with what a status does not say.

import type { Subscription } from '../data/types.ts';
import { Status } from '../parts/Bits.tsx';

/** Paused is no status of its own: what is paused rests in one. */
export const States = ({
  of: s,
}: {
  of: Pick<Subscription, 'status' | 'paused' | 'cancel_at_period_end' | 'ended_at'>;
}) => (
  <span className="named">
    <Status of={s.status} />
    {s.paused && <Status of="paused" />}
    {s.cancel_at_period_end && s.ended_at === null && <Status of="canceling" />}
  </span>
);
