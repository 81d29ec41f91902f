// What people, jobs and fate do, and how often. A command begins a flow and does not wait for it. Choices fall on what the auditor saw
// last: a merchant who lost an answer still finds the payment in its list.

import { createSession } from '../../src/checkout/create-session.ts';
import { expireDue } from '../../src/checkout/follow-payment.ts';
import { expireSession } from '../../src/checkout/manage-sessions.ts';
import { payCheckout } from '../../src/checkout/pay.ts';
import { checkoutStatus } from '../../src/checkout/standing.ts';
import { testCards } from '../../src/connectors/simulator/cards.ts';
import { settleChallenge } from '../../src/connectors/simulator/index.ts';
import { acceptDispute } from '../../src/disputes/accept-dispute.ts';
import { challengeDispute } from '../../src/disputes/challenge-dispute.ts';
import { pollNotices } from '../../src/disputes/poll-notices.ts';
import { resumeResponses } from '../../src/disputes/respond.ts';
import { days, plus } from '../../src/kit/clock.ts';
import { sealLedger } from '../../src/ledger/seal.ts';
import type { Actor, Env } from '../../src/operation/context.ts';
import { forgetOldClaims } from '../../src/operation/once.ts';
import type { Operation } from '../../src/operation/operation.ts';
import { cancelPayment } from '../../src/payments/cancel-payment.ts';
import { capturePayment } from '../../src/payments/capture-payment.ts';
import { confirmPayment } from '../../src/payments/confirm-payment.ts';
import { createPayment } from '../../src/payments/create-payment.ts';
import { createRefund } from '../../src/payments/create-refund.ts';
import { increaseAuthorization } from '../../src/payments/increase-authorization.ts';
import { resolveDue } from '../../src/payments/resolve.ts';
import { cancelPayout } from '../../src/payouts/cancel-payout.ts';
import { followPayouts } from '../../src/payouts/follow-payouts.ts';
import { createBankAccount } from '../../src/payouts/manage-bank-accounts.ts';
import { requestPayout } from '../../src/payouts/request-payout.ts';
import { requestScheduledPayouts } from '../../src/payouts/scheduled-payouts.ts';
import { sendDuePayouts } from '../../src/payouts/send-payouts.ts';
import { settleDue, settleNow } from '../../src/settlements/settle.ts';
import { createToken } from '../../src/vault/create-token.ts';
import { purgeLapsedTokens } from '../../src/vault/sealed-card.ts';
import { deliverDue } from '../../src/webhooks/deliver.ts';
import { drainOutbox } from '../../src/worker.ts';
import type { PaymentSeen } from './auditor.ts';
import { moods } from './receivers.ts';
import { bankEndings, merchant } from './tenant.ts';
import type { Call, Reply, Sent, World } from './world.ts';

/** The card that answers after three seconds of real time is left out; the network makes its own delays. */
const cards = testCards.filter((card) => card.scenario !== 'slow').map((card) => card.number);
const challenged = testCards.filter((card) => card.scenario.startsWith('challenge')).map((card) => card.number);

/** Outside our house: never dies with a process. */
const customer = { name: 'customer', alive: true, in_tx: 0 };

const as = (op: unknown) => op as Operation;
const amounts = [100, 999, 1_000, 2_500, 10_000];

export const jobs: Record<string, (env: Env) => Promise<unknown>> = {
  outbox: drainOutbox,
  safety: resolveDue,
  expiry: expireDue,
  settlements: settleDue,
  'scheduled payouts': requestScheduledPayouts,
  'send payouts': sendDuePayouts,
  'follow payouts': followPayouts,
  responses: resumeResponses,
  notices: pollNotices,
  deliveries: deliverDue,
  seals: sealLedger,
  tokens: purgeLapsedTokens,
  claims: (env) => env.db.tx((tx) => forgetOldClaims(tx, plus(env.clock.now(), -days(30)))),
};

const jobWeights = Object.keys(jobs).map(
  (name) => [{ outbox: 5, safety: 6, deliveries: 3, notices: 3 }[name] ?? 1, name] as const,
);

const commands: readonly (readonly [number, (world: World) => unknown])[] = [
  [11, charge],
  [3, hosted],
  [3, confirm],
  [9, capture],
  [3, increase],
  [5, cancel],
  [10, refund],
  [6, open],
  [12, press],
  [9, authenticate],
  [5, poll],
  [1, expire],
  [7, again],
  [2, otherBody],
  [2, nonsense],
  [3, settle],
  [4, payOut],
  [1, stopPayout],
  [1, bank],
  [4, answerDispute],
  [26, job],
  [13, jump],
  [2, mood],
  [1, crash],
];

export const beginCommand = async (world: World): Promise<void> => {
  await world.chance.weighted(commands)(world);
};

const processOf = (world: World) => world.chance.pick(world.processes);

function told(reply: Reply): string {
  if (reply.kind === 'refused') return `refused ${reply.code}`;
  if (reply.kind === 'failed') return `failed ${reply.error}`;
  if (reply.kind === 'broken') return 'the line broke';
  const body = JSON.parse(reply.text) as Record<string, unknown>;
  const sums =
    body.object === 'payment'
      ? ` authorized ${body.amount_authorized} captured ${body.amount_captured} refunded ${body.amount_refunded}`
      : '';
  return `${reply.replayed ? 'replayed ' : ''}${String(body.id ?? '').split('~')[0]} ${String(body.status ?? body.state ?? body.object ?? '')}${sums}`.trim();
}

/** One call; with a key it may be sent twice at once, and again later. */
function send(world: World, call: Call, after?: (reply: Reply) => void): void {
  const twice = call.key !== undefined && world.chance.happens(0.06) ? [0, 1] : [0];
  const remembered = call.key === undefined ? undefined : remember(world, { ...call, key: call.key });
  for (const _ of twice) {
    const process = processOf(world);
    world.flow(
      process,
      `${process.name} ${call.op.name} ${shown(call.input)}${call.key === undefined ? '' : ` key ${call.key}`}`,
      async () => {
        const reply = await world.call(process, call);
        if (remembered) remembered.reply = reply;
        after?.(reply);
        return told(reply);
      },
    );
  }
}

function remember(world: World, call: Call & { key: string }): Sent {
  const one = { ...call, at: world.clock.now().getTime(), reply: undefined };
  world.sent.push(one);
  return one;
}

/** Tokens carry a sealed code, which is other bytes in every run. */
const shown = (input: Record<string, unknown>) =>
  JSON.stringify(input, (name, value: unknown) =>
    name === 'token' ? String(value).split('~')[0] : name === 'number' ? `…${String(value).slice(-4)}` : value,
  );

const cardOf = (number: string) => ({
  number,
  exp_month: 12,
  exp_year: 2034,
  cvc: number.startsWith('37') ? '1234' : '123',
});

/** A card is typed, then `use` sends its token on. */
function withToken(world: World, actor: Actor, use: (token: string) => void): void {
  const { chance } = world;
  const number = chance.weighted([
    [9, () => '4242424242424242'],
    [8, () => chance.pick(cards)],
    [3, () => chance.pick(challenged)],
  ] as const)();
  const process = processOf(world);
  world.flow(process, `${process.name} tokens.create …${number.slice(-4)}`, async () => {
    const reply = await world.call(process, { op: as(createToken), actor, input: { card: cardOf(number) } });
    if (reply.kind === 'answered') use(String((JSON.parse(reply.text) as { id: string }).id));
    return told(reply);
  });
}

function charge(world: World): void {
  const { chance, auditor } = world;
  const key = world.nextName('charge');
  const input = {
    amount: chance.pick(amounts),
    currency: chance.weighted([
      [8, 'USD'],
      [1, 'EUR'],
      [1, 'JPY'],
      [1, 'KWD'],
    ] as const),
    capture: chance.happens(0.6),
    merchant_reference: key,
  };
  const saved = chance.happens(0.15) ? chance.maybe(auditor.seen.methods) : undefined;
  if (saved)
    send(world, {
      op: as(createPayment),
      actor: merchant,
      input: { ...input, payment_method: saved.id, customer: saved.customer },
      key,
    });
  else
    withToken(world, { kind: 'publishable', key_id: 'key_page' }, (token) =>
      send(world, { op: as(createPayment), actor: merchant, input: { ...input, token }, key }),
    );
}

function hosted(world: World): void {
  const key = world.nextName('hosted');
  send(world, {
    op: as(createPayment),
    actor: merchant,
    input: {
      amount: world.chance.pick(amounts),
      currency: 'USD',
      capture: world.chance.happens(0.7),
      merchant_reference: key,
    },
    key,
  });
}

const payment = (world: World, fits: (p: PaymentSeen) => boolean): PaymentSeen | undefined => {
  const { payments } = world.auditor.seen;
  // Now and then one that does not fit, because callers do that.
  return world.chance.maybe(world.chance.happens(0.06) ? payments : payments.filter(fits));
};

function confirm(world: World): void {
  const found = payment(world, (p) => p.status === 'pending');
  if (!found) return;
  const key = world.nextName('confirm');
  withToken(world, { kind: 'publishable', key_id: 'key_page' }, (token) =>
    send(world, { op: as(confirmPayment), actor: merchant, input: { id: found.id, token }, key }),
  );
}

const part = (world: World, left: number) =>
  world.chance.weighted([
    [4, undefined],
    [5, world.chance.int(1, Math.max(1, left))],
    [1, left + 1],
  ] as const);

function capture(world: World): void {
  const found = payment(world, (p) => p.status === 'authorized');
  if (!found) return;
  const amount = part(world, found.authorized - found.captured);
  const input = {
    id: found.id,
    ...(amount === undefined ? {} : { amount }),
    ...(world.chance.happens(0.2) ? { final: true } : {}),
  };
  send(world, { op: as(capturePayment), actor: merchant, input, key: world.nextName('capture') });
}

function increase(world: World): void {
  const found = payment(world, (p) => p.status === 'authorized');
  if (found)
    send(world, {
      op: as(increaseAuthorization),
      actor: merchant,
      input: { id: found.id, amount: found.authorized + world.chance.int(1, 500) },
      key: world.nextName('increase'),
    });
}

function cancel(world: World): void {
  const found = payment(world, (p) =>
    ['authorized', 'pending', 'requires_authentication', 'processing'].includes(p.status),
  );
  if (found)
    send(world, { op: as(cancelPayment), actor: merchant, input: { id: found.id }, key: world.nextName('cancel') });
}

function refund(world: World): void {
  const found = payment(world, (p) => p.captured > p.refunded);
  if (!found) return;
  const left = found.captured - found.refunded;
  // Now and then several at once, of which one fits.
  const several = world.chance.happens(0.12);
  const amount = several ? Math.max(1, Math.ceil(left * 0.6)) : part(world, left);
  for (let i = 0; i < (several ? 3 : 1); i++)
    send(world, {
      op: as(createRefund),
      actor: merchant,
      input: { payment: found.id, ...(amount === undefined ? {} : { amount }) },
      key: world.nextName('refund'),
    });
}

function open(world: World): void {
  const { chance } = world;
  const known = chance.happens(0.4) ? { customer_reference: `customer-${chance.int(1, 3)}` } : {};
  const input = {
    amount_total: chance.pick(amounts),
    currency: 'USD',
    capture: chance.happens(0.75),
    expires_in: chance.pick([60, 600, 3_600]),
    ...known,
  };
  send(world, { op: as(createSession), actor: merchant, input, key: world.nextName('session') });
}

/** What a customer may have open in a tab. */
function page(world: World): string | undefined {
  const { sessions, payments } = world.auditor.seen;
  const pages = [...sessions.map((s) => s.id), ...payments.filter((p) => p.hosted).map((p) => p.id)];
  // The newest ones most of all.
  return world.chance.maybe(world.chance.happens(0.7) ? pages.slice(-3) : pages);
}

function press(world: World): void {
  const id = page(world);
  if (id === undefined) return;
  const tabs = world.chance.happens(0.25) ? 2 : 1;
  const email = world.chance.happens(0.3) ? { email: 'ada@example.com' } : {};
  const save = world.chance.happens(0.5) ? { save_payment_method: true } : {};
  for (let i = 0; i < tabs; i++) {
    withToken(world, { kind: 'page', link_id: id }, (token) =>
      send(world, {
        op: as(payCheckout),
        actor: { kind: 'page', link_id: id },
        input: { id, token, ...email, ...save },
        key: world.nextName('press'),
      }),
    );
  }
}

function poll(world: World): void {
  const id = page(world);
  if (id !== undefined) send(world, { op: as(checkoutStatus), actor: { kind: 'page', link_id: id }, input: { id } });
}

/** The customer answers the bank's page, perhaps long after our side gave up; then their browser comes back, or never. */
function authenticate(world: World): void {
  const { chance, auditor } = world;
  const waiting = auditor.seen.payments.filter((p) => p.status === 'requires_authentication');
  const known = waiting.flatMap((p) => (p.url === null ? [] : [p.url]));
  for (const url of known) if (!world.challenges.includes(url)) world.challenges.push(url);
  const url = chance.happens(0.15) ? chance.maybe(world.challenges) : chance.maybe(known);
  if (url === undefined) return;
  const reference = url.split('/').at(-1) ?? '';
  const answer = chance.happens(0.75) ? 'approve' : 'refuse';
  const found = waiting.find((p) => p.url === url);
  const id = found && (found.session ?? found.id);
  world.flow(customer, `bank page ${reference} ${answer}`, async () => {
    const { simulator_store: store } = world.stage.machines[0].base;
    const call = await world.scheduler.op(customer, 'challenge', () =>
      settleChallenge({ store, clock: world.clock, random: world.stage.now.random }, reference, answer),
    );
    if (id !== undefined && chance.happens(0.7))
      send(world, { op: as(checkoutStatus), actor: { kind: 'page', link_id: id }, input: { id } });
    return call?.status ?? 'unknown';
  });
}

function expire(world: World): void {
  const found = world.chance.maybe(world.auditor.seen.sessions.filter((s) => s.status === 'open'));
  if (found)
    send(world, { op: as(expireSession), actor: merchant, input: { id: found.id }, key: world.nextName('expire') });
}

/** A caller who heard nothing, or who is not sure, sends the same again. */
function again(world: World): void {
  const all = world.resendable();
  const unsure = all.filter(
    (call) => call.reply === undefined || call.reply.kind === 'broken' || call.reply.kind === 'failed',
  );
  const call = world.chance.maybe(unsure.length > 0 && world.chance.happens(0.7) ? unsure : all);
  if (!call) return;
  const process = processOf(world);
  world.flow(process, `${process.name} again ${call.op.name} key ${call.key}`, async () => {
    const reply = await world.call(process, call);
    call.reply = reply;
    return told(reply);
  });
}

function otherBody(world: World): void {
  const call = world.chance.maybe(
    world.resendable().filter((one) => one.reply?.kind === 'answered' && 'amount' in one.input),
  );
  if (!call) return;
  const process = processOf(world);
  const input = { ...call.input, amount: Number(call.input.amount) + 1 };
  world.flow(process, `${process.name} other body ${call.op.name} key ${call.key}`, async () =>
    told(await world.call(process, { ...call, input })),
  );
}

/** What is no amount is refused by its name, whatever else is right. */
function nonsense(world: World): void {
  const { chance } = world;
  const amount = chance.pick([-1, 0, 0.5, '100', 2 ** 53, null, [100], { value: 100 }]);
  const found = chance.maybe(world.auditor.seen.payments);
  const [op, input] =
    found && chance.happens(0.5)
      ? [createRefund, { payment: found.id, amount }]
      : [createPayment, { amount, currency: 'USD' }];
  send(world, { op: as(op), actor: merchant, input, key: world.nextName('nonsense') }, (reply) => {
    if (reply.kind === 'refused' && reply.param === 'amount') return;
    if (reply.kind === 'refused' || reply.kind === 'answered')
      world.auditor.violated('what is no amount is refused by its name', JSON.stringify({ input, reply }));
  });
}

function settle(world: World): void {
  send(world, { op: as(settleNow), actor: merchant, input: {}, key: world.nextName('settle') });
}

function payOut(world: World): void {
  const key = world.nextName('payout');
  const amount = world.chance.happens(0.5) ? { amount: world.chance.pick([100, 500, 2_000]) } : {};
  send(world, {
    op: as(requestPayout),
    actor: merchant,
    input: { currency: 'USD', ...amount, metadata: { reference: key } },
    key,
  });
}

function stopPayout(world: World): void {
  const found = world.chance.maybe(
    world.auditor.seen.payouts.filter((p) => p.status === 'in_review' || p.status === 'pending'),
  );
  if (found)
    send(world, { op: as(cancelPayout), actor: merchant, input: { id: found.id }, key: world.nextName('stop') });
}

function bank(world: World): void {
  const input = {
    kind: 'us',
    currency: 'USD',
    holder_name: 'Acme Inc.',
    routing_number: '110000000',
    account_number: `${world.chance.int(100, 999)}${world.chance.pick(bankEndings)}`,
    default: true,
  };
  send(world, { op: as(createBankAccount), actor: merchant, input, key: world.nextName('bank') });
}

function answerDispute(world: World): void {
  const found = world.chance.maybe(world.auditor.seen.disputes.filter((d) => d.status === 'needs_response'));
  if (!found) return;
  const text = world.chance.pick(['winning_evidence', 'losing_evidence', 'It was delivered.']);
  if (world.chance.happens(0.3))
    send(world, { op: as(acceptDispute), actor: merchant, input: { id: found.id }, key: world.nextName('accept') });
  else
    send(world, {
      op: as(challengeDispute),
      actor: merchant,
      input: { id: found.id, text },
      key: world.nextName('challenge'),
    });
}

function job(world: World): void {
  const process = processOf(world);
  const name = world.chance.weighted(jobWeights);
  const work = jobs[name];
  if (!work || process.jobs.has(name)) return;
  process.jobs.add(name);
  world.flow(process, `${process.name} job ${name}`, () =>
    work(process.env)
      .then((count) => String(count ?? 'done'))
      .finally(() => process.jobs.delete(name)),
  );
}

async function jump(world: World): Promise<void> {
  const ms = world.jumpOf();
  world.say(`time passes: ${ms / 1000} s`);
  await world.pass(ms);
}

function mood(world: World): void {
  const { url } = world.chance.pick(world.auditor.endpoints);
  const one = world.chance.pick(moods);
  world.receivers.moods.set(url, one);
  world.say(`receiver ${url.at(-1)} is in the mood '${one}'`);
}

async function crash(world: World): Promise<void> {
  await world.kill(processOf(world));
}
