// When an invoice that is sent is due, and what is told of it around that day. Pure; notices.ts tells it.

import { hours, plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { instantAt, wallOf } from './cycle.ts';

export const collectionMethods = ['charge_automatically', 'send_invoice'] as const;
export type CollectionMethod = (typeof collectionMethods)[number];

/** How what is asked for comes in: a saved card is charged, or the customer pays by themselves within so many days. */
export type Collection = { collection_method: CollectionMethod; days_until_due: number | null };

export const isSent = (one: { collection_method: CollectionMethod }) => one.collection_method === 'send_invoice';

/** Days from the last day to pay; before it they are negative. */
export const defaultReminderDays: readonly number[] = [-3, 1, 7];

/** What was asked for beside how it was before; throws where it does not fit together. */
export function collectionOf(
  input: { collection_method?: CollectionMethod; days_until_due?: number },
  before: Collection = { collection_method: 'charge_automatically', days_until_due: null },
): Collection {
  const collection_method = input.collection_method ?? before.collection_method;
  if (collection_method === 'charge_automatically') {
    if (input.days_until_due === undefined) return { collection_method, days_until_due: null };
    throw new Fault(
      'parameter_invalid',
      "'days_until_due' goes with collection_method 'send_invoice': what is charged automatically is due at once. Leave it out, or send the invoice.",
      { param: 'days_until_due' },
    );
  }
  const days_until_due = input.days_until_due ?? before.days_until_due;
  if (days_until_due !== null) return { collection_method, days_until_due };
  throw new Fault(
    'parameter_missing',
    "'days_until_due' is required with collection_method 'send_invoice': within how many days is an invoice to be paid, 1 to 365?",
    { param: 'days_until_due' },
  );
}

/** The last second of that day on the merchant's clocks, so that a whole day is a whole day wherever the customer looks at it. */
function endOfDay(at: Date, count: number, time_zone: string): Date {
  const { year, month, day } = wallOf(at, time_zone);
  return plus(instantAt(Date.UTC(year, month, day + count + 1), time_zone), -1_000);
}

/** Null: it is charged, so it is due at once. */
export const dueAt = (at: Date, { days_until_due }: Collection, time_zone: string): Date | null =>
  days_until_due === null ? null : endOfDay(at, days_until_due, time_zone);

/** Nobody is reminded at night. */
const morning = hours(9);

function morningOf(at: Date, count: number, time_zone: string): Date {
  const { year, month, day } = wallOf(at, time_zone);
  return instantAt(Date.UTC(year, month, day + count) + morning, time_zone);
}

export type DueSettings = {
  reminder_days: readonly number[];
  after_due: 'leave' | 'uncollectible' | 'cancel';
  after_due_days: number;
};

export type Notice = { at: Date; kind: 'reminder' | 'overdue' | 'end' };

/** Everything that is to happen to an unpaid invoice by itself, in its order. */
export function noticesOf(due_at: Date, settings: DueSettings, time_zone: string): Notice[] {
  const { reminder_days, after_due, after_due_days } = settings;
  const notices: Notice[] = reminder_days.map((count) => ({
    at: morningOf(due_at, count, time_zone),
    kind: 'reminder',
  }));
  notices.push({ at: due_at, kind: 'overdue' });
  if (after_due !== 'leave') notices.push({ at: endOfDay(due_at, after_due_days, time_zone), kind: 'end' });
  return notices.sort((a, b) => a.at.getTime() - b.at.getTime());
}

type Noticed = { due_at: Date; overdue_at: Date | null; noticed_until: Date };

export type NoticeStep = {
  remind: boolean;
  overdue: boolean;
  end: boolean;
  noticed_until: Date;
  notice_at: Date | null;
};

/**
 * What is to be told now. Of reminders that nobody told in time, because no worker ran, only the last one is; one that was to come before
 * the last day is not told after it. An end waits to be done: it is not passed over here.
 */
export function noticeStep(invoice: Noticed, settings: DueSettings, time_zone: string, now: Date): NoticeStep {
  const { due_at, overdue_at, noticed_until } = invoice;
  const coming = noticesOf(due_at, settings, time_zone).filter(({ at }) => at > noticed_until);
  const passed = coming.filter(({ at, kind }) => at <= now && kind !== 'end');
  const end = coming.find(({ at, kind }) => at <= now && kind === 'end');
  const last = passed.findLast(({ kind }) => kind === 'reminder');
  const until = now > noticed_until ? now : noticed_until;
  return {
    remind: last !== undefined && last.at < due_at === now < due_at,
    overdue: overdue_at === null && now >= due_at,
    end: end !== undefined,
    noticed_until: end ? plus(end.at, -1) : until,
    notice_at: end?.at ?? coming.find(({ at }) => at > now)?.at ?? null,
  };
}

/** When the first of these comes for an invoice that is made now. */
export const firstNotice = (due_at: Date, settings: DueSettings, time_zone: string, now: Date): Date | null =>
  noticesOf(due_at, settings, time_zone).find(({ at }) => at > now)?.at ?? null;

/** Whether the end comes after every reminder. */
export const endsLast = ({ reminder_days, after_due_days }: DueSettings): boolean =>
  reminder_days.every((count) => count < after_due_days);

/** Time for a payment under way to come to its end. */
export const endLater = (now: Date): Date => plus(now, hours(1));

export const longestTerms = 365;
/** The farthest reminders, before and after. */
export const reminderRange = { minimum: -60, maximum: 90 };
