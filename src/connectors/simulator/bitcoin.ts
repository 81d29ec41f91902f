// The simulated Bitcoin gateway: gives out addresses of the test network, keeps its own books, and lets a page or a test play the
// customer's wallet. Must never know Florin's rooms. No chain takes part.

import { setTimeout as systemSleep } from 'node:timers/promises';
import { assert } from '../../kit/assert.ts';
import { type Clock, plus, seconds } from '../../kit/clock.ts';
import { newId, type Random } from '../../kit/id.ts';
import type { BitcoinGateway, Invoice } from '../bitcoin.ts';
import { witnessAddress } from './bech32.ts';
import type { Coin, InvoiceStore, SimulatorInvoice } from './bitcoin-store.ts';
import { simulatedRate } from './rates.ts';

export type BitcoinSimulatorOptions = {
  store: InvoiceStore;
  clock: Clock;
  random: Random;
  account_id: string;
  latency_ms: number;
};

export const bitcoinSimulatorName = 'bitcoin_simulator';

/** How long what was sent stays out of a block. */
const blockAfter = seconds(10);

export function bitcoinSimulator(options: BitcoinSimulatorOptions): BitcoinGateway {
  const { store, clock, random, account_id, latency_ms } = options;
  const travel = async () => {
    if (latency_ms > 0) await systemSleep(latency_ms);
  };
  return {
    name: bitcoinSimulatorName,
    async rate(currency) {
      await travel();
      return simulatedRate(currency);
    },
    async request({ reference, amount, expires_at }) {
      const now = clock.now();
      const stood = await store.insert({
        account_id,
        reference,
        provider_reference: newId('sim', { clock, random }),
        address: witnessAddress('tb', random.bytes(20)),
        amount,
        expires_at,
        created_at: now,
      });
      assert(stood.amount === amount, `reference ${reference} is used for one invoice only`);
      const coins = (await store.find(account_id, reference))?.coins ?? [];
      await travel();
      return invoiceOf(stood, coins, now);
    },
    async look(reference) {
      await travel();
      const found = await store.find(account_id, reference);
      return found ? invoiceOf(found.invoice, found.coins, clock.now()) : { kind: 'absent' };
    },
  };
}

export const isSeen = (coin: Coin, now: Date) => coin.seen_at <= now;
export const isConfirmed = (coin: Coin, now: Date) => coin.confirmed_at !== null && coin.confirmed_at <= now;
export const sumOf = (coins: Coin[]) => coins.reduce((sum, coin) => sum + coin.amount, 0);

const invoiceOf = (invoice: SimulatorInvoice, coins: Coin[], now: Date): Invoice => ({
  kind: 'invoice',
  provider_reference: invoice.provider_reference,
  address: invoice.address,
  received: sumOf(coins.filter((coin) => isSeen(coin, now))),
  confirmed: sumOf(coins.filter((coin) => isSeen(coin, now) && isConfirmed(coin, now))),
});

/**
 * What the customer's wallet does. `pay`: what is missing, in a block ten seconds later. `seen`: the same, in no block until `confirm`.
 * `underpay`: half of what is missing. `overpay`: a tenth more. `late`: what is missing, one second after the invoice's time.
 */
export const walletActs = ['pay', 'seen', 'confirm', 'underpay', 'overpay', 'late'] as const;
export type WalletAct = (typeof walletActs)[number];

/** Undefined when there is no such invoice. What is not missing any more is not sent again, however often it is pressed. */
export async function playWallet(
  { store, clock, random }: Pick<BitcoinSimulatorOptions, 'store' | 'clock' | 'random'>,
  reference: string,
  act: WalletAct,
): Promise<SimulatorInvoice | undefined> {
  const found = await store.findPage(reference);
  if (!found) return undefined;
  const now = clock.now();
  await store.move(found.invoice, (coins) => coinsOf(act, found.invoice, coins, now, newId('coin', { clock, random })));
  return found.invoice;
}

function coinsOf(act: WalletAct, invoice: SimulatorInvoice, coins: Coin[], now: Date, id: string): Coin[] {
  if (act === 'confirm') {
    return coins
      .filter((coin) => isSeen(coin, now) && !isConfirmed(coin, now))
      .map((c) => ({ ...c, confirmed_at: now }));
  }
  // What is on its way counts, so that a second press sends nothing twice.
  const missing = invoice.amount - sumOf(coins);
  if (missing <= 0) return [];
  const coin = (amount: number, seen_at: Date): Coin => ({
    id,
    amount,
    seen_at,
    confirmed_at: act === 'seen' ? null : plus(seen_at, blockAfter),
  });
  switch (act) {
    case 'pay':
    case 'seen':
      return [coin(missing, now)];
    case 'underpay':
      return [coin(Math.max(1, Math.floor(missing / 2)), now)];
    case 'overpay':
      return [coin(missing + Math.max(1, Math.floor(missing / 10)), now)];
    case 'late':
      return [coin(missing, now < invoice.expires_at ? plus(invoice.expires_at, seconds(1)) : now)];
  }
}
