// Events: what a webhook delivers and `events.list` gives. Types that this version does not know pass through as they are.

import type { Event, EventData } from './generated/types.ts';

/** An event of a known type, with its data. */
export type EventOf<Type extends keyof EventData> = {
  [Each in Type]: Omit<Event, 'type' | 'data'> & { type: Each; data: EventData[Each] };
}[Type];

/**
 * Whether the event is of one of these types; TypeScript then knows its `data`:
 * `if (isEvent(event, 'payment.completed')) event.data.amount`.
 */
export const isEvent = <Type extends keyof EventData>(
  event: Pick<Event, 'type'>,
  ...types: [Type, ...Type[]]
): event is EventOf<Type> => (types as string[]).includes(event.type);
