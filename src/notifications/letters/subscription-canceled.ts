// A subscription ended, or will with its period. Says that nothing more is charged.

import type { Template } from '../letter.ts';

export type SubscriptionCanceled = {
  product: string;
  at: string;
  /** `unpaid`: no try of its payment was left. */
  state: 'ending' | 'ended' | 'unpaid';
  url: string | null;
};

export const subscriptionCanceled: Template<SubscriptionCanceled> = {
  kind: 'subscription_canceled',
  write(data, { say, date }, merchant) {
    const { product, state } = data;
    const on = date(data.at);
    const text = { ending: 'ending_text', ended: 'canceled_text', unpaid: 'canceled_unpaid' } as const;
    const ending = state === 'ending';
    return {
      subject: say(ending ? 'ending_subject' : 'canceled_subject', { product, date: on }),
      heading: say(ending ? 'ending_heading' : 'canceled_heading'),
      paragraphs: [say(text[state], { product, merchant, date: on })],
      ...(data.url === null || !ending ? {} : { button: { label: say('manage_subscription'), url: data.url } }),
      facts: [
        { label: say('plan'), value: product },
        { label: say(ending ? 'ends_on' : 'ended_on'), value: on },
      ],
    };
  },
  sample: { product: 'Coffee club', at: '2026-04-01T08:00:00Z', state: 'ending', url: 'https://example.com/portal' },
};
