// VINR's webhook endpoints and what they are sent: its names for our events, its payloads, and its signature. Pure.

import Type, { type Static } from 'typebox';
import type { DisputeObject } from '../../disputes/dispute.ts';
import { type EventType, eventTypes } from '../../events/event.ts';
import { hmac } from '../../kit/crypto.ts';
import { Fault } from '../../kit/fault.ts';
import type { WebhookDialect } from '../../operation/context.ts';
import { Url } from '../../operation/fields.ts';
import type { PaymentObject } from '../../payments/payment.ts';
import type { RefundObject } from '../../payments/refund.ts';
import type { SettlementObject } from '../../settlements/settlement.ts';
import type { EndpointObject } from '../../webhooks/endpoint.ts';
import { secretText } from '../../webhooks/sign.ts';
import { paymentOf, refundOf, settlementOf, timeOf } from './shapes.ts';

/** Of our events, those that VINR has a name for. */
const names = {
  'payment.created': 'payment.created',
  'payment.requires_authentication': 'payment.requires_authentication',
  'payment.authorized': 'payment.authorized',
  'payment.processing': 'payment.processing',
  'payment.completed': 'payment.completed',
  'payment.failed': 'payment.failed',
  'payment.cancelled': 'payment.cancelled',
  'refund.created': 'refund.created',
  'refund.succeeded': 'refund.completed',
  'refund.failed': 'refund.updated',
  'dispute.created': 'dispute.opened',
  'dispute.closed': 'dispute.resolved',
  'settlement.created': 'settlement.completed',
} as const satisfies Partial<Record<EventType, string>>;

const spoken = eventTypes.filter((type): type is keyof typeof names => Object.hasOwn(names, type));
export const vinrEvents: readonly string[] = spoken.map((type) => names[type]);

export const Webhook = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('webhook'),
    url: Type.String(),
    status: Type.Enum(['enabled', 'disabled']),
    enabledEvents: Type.Array(Type.String()),
    secret: Type.Optional(Type.String({ description: 'Only in the answer that made it.' })),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Webhook' },
);
export type Webhook = Static<typeof Webhook>;

export const CreateWebhook = Type.Object(
  {
    url: Url,
    enabledEvents: Type.Optional(
      Type.Array(Type.String({ maxLength: 60 }), {
        minItems: 1,
        maxItems: 50,
        description: `['*'] for all (when left out), or some of ${vinrEvents.join(', ')}.`,
      }),
    ),
  },
  { additionalProperties: false, title: 'CreateWebhook' },
);

type EndpointEvents = EndpointObject['events'];

export function eventsInput(chosen: readonly string[] | undefined): EndpointEvents {
  if (chosen === undefined) return ['*'];
  if (chosen.includes('*')) {
    if (chosen.length === 1) return ['*'];
    throw new Fault('parameter_invalid', "Give either ['*'] for all events or a list of names, not both.", {
      param: 'enabledEvents',
    });
  }
  return chosen.map((name) => {
    const type = spoken.find((known) => names[known] === name);
    if (type) return type;
    throw new Fault('parameter_invalid', `There is no event '${name}'. Choose among ${vinrEvents.join(', ')}.`, {
      param: 'enabledEvents',
    });
  });
}

export function webhookOf(e: EndpointObject & { secret?: string | null }): Webhook {
  const all = spoken.every((type) => e.events.includes(type));
  return {
    id: e.id,
    object: 'webhook',
    url: e.url,
    status: e.status,
    enabledEvents: all ? ['*'] : spoken.filter((type) => e.events.includes(type)).map((type) => names[type]),
    ...(e.secret === undefined || e.secret === null ? {} : { secret: e.secret }),
    created_at: timeOf(e.created_at),
  };
}

const disputeOf = (d: DisputeObject) => ({
  id: d.id,
  object: 'dispute' as const,
  payment: d.payment,
  status: d.status,
  amount: d.amount,
  currency: d.currency,
  reason: d.reason,
  created_at: timeOf(d.created_at),
});

/** What was frozen for our own API, as VINR shows the same object. */
function dataOf(type: string, payload: string): unknown {
  const data: unknown = JSON.parse(payload);
  switch (type.split('.')[0]) {
    case 'payment':
      return paymentOf(data as PaymentObject);
    case 'refund':
      return refundOf(data as RefundObject);
    case 'dispute':
      return disputeOf(data as DisputeObject);
    case 'settlement':
      return settlementOf(data as SettlementObject);
    default:
      return webhookOf(data as EndpointObject);
  }
}

export const vinrWebhooks: WebhookDialect = {
  event_types: spoken,
  write(event, secrets, at) {
    const body = JSON.stringify({
      id: event.id,
      object: 'event',
      // A test event is sent by hand through our own API; it keeps its name.
      type: spoken.some((type) => type === event.type) ? names[event.type as keyof typeof names] : event.type,
      created: timeOf(event.created_at.toISOString()),
      data: dataOf(event.type, event.payload),
    });
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    const [secret] = secrets;
    const signature = secret === undefined ? '' : signatureOf(secretText(secret), timestamp, body);
    return { body, headers: { 'x-vinr-timestamp': timestamp, 'x-vinr-signature': signature } };
  },
};

/** Hex HMAC-SHA256 over `timestamp.body`; the key is the text of the secret as it was shown. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  hmac(Buffer.from(secret, 'utf8'), `${timestamp}.${body}`).toString('hex');
