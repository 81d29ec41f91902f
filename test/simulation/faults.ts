// Faults put in by hand, each with the sentence that must speak of it: what the auditor cannot notice it does not prove. A fault acts on
// what the product wrote, said or sent; the auditor does not know of it.

import type { Connector } from '../../src/connectors/connector.ts';

export type Fault = {
  name: string;
  /** What the auditor must say; one of these, where the product's own proof may be first. */
  sentences: readonly [string, ...string[]];
  /** At the end of the trouble, in one statement past every guard of the database. It counts as done when it touched a row. */
  rows?: string;
  /** Stands in for the provider. */
  connector?: (inner: Connector, done: () => void) => Connector;
  /** What the product answers. */
  answer?: (text: string, replayed: boolean, done: () => void) => string;
  /** What it sends to a receiver. */
  body?: (body: string, nth: number, done: () => void) => string;
};

const one = (table: string, which: string) =>
  `ctid = (select ctid from ${table} where ${which} order by created_at, id limit 1)`;

export const faults: readonly Fault[] = [
  {
    name: 'each card is charged twice at the provider',
    sentences: [
      'once all is settled the provider owes what the ledger says, to the cent',
      'the simulated provider took and gave back what our ledger says, apart from calls still open',
    ],
    connector: (inner, done) => ({
      ...inner,
      authorize: async (input) => {
        const outcome = await inner.authorize(input);
        if (outcome.kind === 'approved' && input.capture) {
          await inner.authorize({ ...input, reference: `${input.reference}_twice` });
          done();
        }
        return outcome;
      },
    }),
  },
  {
    name: 'a refund is paid out twice',
    sentences: [
      'once all is settled the provider owes what the ledger says, to the cent',
      'the simulated provider took and gave back what our ledger says, apart from calls still open',
    ],
    connector: (inner, done) => ({
      ...inner,
      refund: async (input) => {
        const outcome = await inner.refund(input);
        if (outcome.kind === 'approved') {
          const again = await inner.refund({ ...input, reference: `${input.reference}_twice`, amount: 1 });
          if (again.kind === 'approved') done();
        }
        return outcome;
      },
    }),
  },
  {
    name: 'a replay answers other bytes',
    sentences: ['the same key always answers the same bytes'],
    answer: (text, replayed, done) => {
      if (replayed) done();
      return replayed ? `${text} ` : text;
    },
  },
  {
    name: 'a key is forgotten and its payment made anew',
    sentences: ['one idempotency key makes one payment'],
    rows: `insert into payments select (jsonb_populate_record(p, jsonb_build_object('id', 'pay_anew'))).* from payments p where merchant_reference is not null and checkout_session_id is null order by id limit 1`,
  },
  {
    name: 'an event is lost',
    sentences: ['every payment was told of from its creation'],
    rows: `delete from events where object_id = (select id from payments order by id limit 1)`,
  },
  {
    name: 'a delivery is noted as made and was not',
    sentences: ['every event reaches the endpoint at least once in the end'],
    rows: `update deliveries set status = 'delivered', next_try_at = null where ${one('deliveries', "status = 'pending' and tries = 0")}`,
  },
  {
    name: 'a later try carries other bytes',
    sentences: ['every try of an event carries the same bytes'],
    body: (body, nth, done) => {
      if (nth > 0) done();
      return nth > 0 ? `${body} ` : body;
    },
  },
  {
    name: 'an entry is edited so that it still sums to zero',
    sentences: ['every balance equals the sum of its postings, and none is missing from the chain'],
    rows: `update ledger_postings set available = available + 1, fees = fees - 1 where ctid = (select ctid from ledger_postings order by currency, position limit 1)`,
  },
  {
    name: 'an entry is deleted',
    sentences: ['every balance equals the sum of its postings, and none is missing from the chain'],
    rows: `delete from ledger_postings where ctid = (select ctid from ledger_postings order by currency, position limit 1)`,
  },
  {
    name: 'a payment that failed is marked as cancelled',
    sentences: ['a payment that has ended stays as it ended'],
    rows: `update payments set status = 'cancelled' where ${one('payments', "status = 'failed'")}`,
  },
  {
    name: 'a payment disappears',
    sentences: ['a payment never disappears'],
    rows: `delete from payments where ${one('payments', 'true')}`,
  },
  {
    name: 'an open attempt is asked after by nobody',
    sentences: ['nothing stays open longer than its schedule'],
    rows: `update attempts set resolve_at = '2099-01-01' where ${one('attempts', 'resolve_at is not null')}`,
  },
  {
    name: 'the bank pays what nobody asked it for',
    sentences: ['what the bank paid is what the ledger says, to the cent'],
    rows: `insert into simulator_transfers select (jsonb_populate_record(null::simulator_transfers, jsonb_build_object('account_id', account_id, 'reference', 'anew', 'bank_reference', 'anew',
      'amount', 100, 'currency', 'USD', 'scenario', 'paid', 'country', 'US', 'status', 'paid', 'created_at', created_at))).* from payments order by id limit 1`,
  },
  {
    name: 'a session takes another payment for its own',
    sentences: [
      'a payment of a session that took its money completed the session',
      'every paid session has one payment that took its money, of its amount and currency',
    ],
    rows: `update checkout_sessions set payment_id = 'pay_other' where ${one('checkout_sessions', "status = 'complete'")}`,
  },
];
