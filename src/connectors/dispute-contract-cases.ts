// What every connector must keep of disputes, as test cases beside contract-cases.ts: what a provider tells by itself, and how it
// takes our answers. Used by tests only; never looks behind the Connector type.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { Connector, Notice } from './connector.ts';

export type DisputeSubject = {
  connector: Connector;
  /** The same provider for another account. */
  stranger: Connector;
  /** Until a payment with the disputed card is disputed, or what was answered is told; by a clock or by patience. */
  wait(): Promise<void>;
  close?(): Promise<void>;
};

/** `disputed`: a card whose payments are disputed, and stay so until they are answered. */
export type DisputeCards = { disputed: string };

type Opened = Extract<Notice, { kind: 'dispute_opened' }>;

export function disputeContract(name: string, cards: DisputeCards, open: () => Promise<DisputeSubject>): void {
  describe(`dispute contract: ${name}`, async () => {
    const subject = await open();
    const { connector, stranger, wait } = subject;
    after(() => subject.close?.());

    const reference = () => `dpr_${randomUUID()}`;

    /** Page by page, from the first one told. */
    async function told(limit = 100): Promise<Notice[]> {
      const all: Notice[] = [];
      for (let after: string | undefined; ; ) {
        const { notices, cursor } = await connector.notices(after, limit);
        assert.ok(notices.length <= limit);
        all.push(...notices);
        if (notices.length < limit) return all;
        assert.notEqual(cursor, after);
        after = cursor;
      }
    }

    async function disputed(): Promise<Opened> {
      const call = `att_${randomUUID()}`;
      const outcome = await connector.authorize({
        reference: call,
        amount: 1_000,
        currency: 'EUR',
        capture: true,
        card: { number: cards.disputed, exp_month: 12, exp_year: 2049, cvc: '123', holder_name: undefined },
        return_url: 'https://shop.example/return',
        billing_address: undefined,
        description: undefined,
        entry: 'typed',
      });
      assert.equal(outcome.kind, 'approved');
      await wait();
      const opened = (await told()).filter((n): n is Opened => n.kind === 'dispute_opened' && n.reference === call);
      const [notice] = opened;
      assert.ok(notice && opened.length === 1, 'one dispute of the payment is told');
      assert.equal(notice.provider_reference, outcome.provider_reference);
      return notice;
    }

    const ends = async (dispute: Opened) =>
      (await told()).filter(
        (n) =>
          n.kind !== 'dispute_opened' &&
          n.kind !== 'fraud_warning' &&
          n.dispute_reference === dispute.dispute_reference,
      );

    const evidence = { text: 'Signed for.', files: [] };

    test('an opened dispute names our call, its amount, its deadline', async () => {
      const { amount, currency, evidence_due_by, at, id, dispute_reference } = await disputed();
      assert.deepEqual([amount, currency], [1_000, 'EUR']);
      assert.ok(evidence_due_by > at);
      assert.ok(id.length > 0 && dispute_reference.length > 0);
    });

    test('a repeated question gives the same notices; pages of one walk through all of them', async () => {
      await disputed();
      await disputed();
      const all = await told();
      assert.equal(new Set(all.map((n) => n.id)).size, all.length, 'each id once');
      assert.deepEqual(await told(), all);
      assert.deepEqual(await told(1), all);
      const { cursor } = await connector.notices(undefined, 100);
      assert.deepEqual(await connector.notices(cursor, 100), { notices: [], cursor });
    });

    test('accepted: the same reference stands, another is refused, the loss is told once', async () => {
      const dispute = await disputed();
      const call = { reference: reference(), dispute_reference: dispute.dispute_reference };
      const answers = await Promise.all([
        connector.acceptDispute(call),
        connector.acceptDispute(call),
        connector.acceptDispute(call),
      ]);
      for (const answer of answers) assert.deepEqual(answer, { kind: 'taken' });
      assert.deepEqual(await connector.acceptDispute(call), { kind: 'taken' });
      assert.deepEqual(await connector.challengeDispute({ ...call, reference: reference(), ...evidence }), {
        kind: 'refused',
        code: 'already_decided',
      });
      await wait();
      assert.deepEqual(
        (await ends(dispute)).map((n) => n.kind),
        ['dispute_lost'],
      );
    });

    test('challenged: the same reference stands, another answer is refused', async () => {
      const { dispute_reference } = await disputed();
      const call = { reference: reference(), dispute_reference, ...evidence };
      assert.deepEqual(await connector.challengeDispute(call), { kind: 'taken' });
      assert.deepEqual(await connector.challengeDispute(call), { kind: 'taken' });
      assert.deepEqual(await connector.challengeDispute({ ...call, reference: reference() }), {
        kind: 'refused',
        code: 'already_answered',
      });
      assert.deepEqual(await connector.acceptDispute({ reference: reference(), dispute_reference }), {
        kind: 'refused',
        code: 'already_answered',
      });
    });

    test('of ten answers at once one is taken', async () => {
      const { dispute_reference } = await disputed();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => {
          const call = { reference: reference(), dispute_reference };
          return i % 2 ? connector.acceptDispute(call) : connector.challengeDispute({ ...call, ...evidence });
        }),
      );
      assert.equal(answers.filter((answer) => answer.kind === 'taken').length, 1);
    });

    test('what is disputed is not refunded as well', async () => {
      const { provider_reference } = await disputed();
      const outcome = await connector.refund({
        reference: `att_${randomUUID()}`,
        provider_reference,
        amount: 1,
        currency: 'EUR',
      });
      assert.equal(outcome.kind, 'declined');
    });

    test('an unknown dispute is refused; another account hears and answers nothing', async () => {
      const { dispute_reference } = await disputed();
      const refused = { kind: 'refused', code: 'dispute_unknown' };
      assert.deepEqual(
        await connector.acceptDispute({ reference: reference(), dispute_reference: `${dispute_reference}x` }),
        refused,
      );
      assert.deepEqual(await stranger.acceptDispute({ reference: reference(), dispute_reference }), refused);
      assert.deepEqual(
        await stranger.challengeDispute({ reference: reference(), dispute_reference, ...evidence }),
        refused,
      );
      assert.deepEqual((await stranger.notices(undefined, 100)).notices, []);
    });

    test('no notice carries the card number', async () => {
      await disputed();
      assert.ok(!JSON.stringify(await told()).includes(cards.disputed));
    });
  });
}
