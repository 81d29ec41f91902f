// The simulated bank: it pays on the next business day of the receiving country, and fails or returns what its documented
// account numbers ask for. It keeps its own books through a store, and must never keep or throw an account number.

import { assert } from '../kit/assert.ts';
import type { Clock } from '../kit/clock.ts';
import { newId, type Random } from '../kit/id.ts';
import type { Currency } from '../kit/money.ts';
import type { Bank, BankAnswer, BankFailure } from './bank.ts';
import { ProviderTimeout } from './provider-timeout.ts';
import { type BankScenario, bankBehaviourOf, bankScenarioOf } from './simulated-bank-scenarios.ts';

export type SimulatedTransfer = {
  account_id: string;
  /** Florin's payout id: the idempotency key. */
  reference: string;
  bank_reference: string;
  amount: number;
  currency: Currency;
  scenario: BankScenario;
  country: string;
  status: 'in_transit' | 'paid' | 'failed';
  failure_code: BankFailure | null;
  /** When it changes by itself. */
  due_at: Date | null;
  created_at: Date;
};

export type TransferChange = Pick<SimulatedTransfer, 'status' | 'failure_code' | 'due_at'>;

export type SimulatedBankStore = {
  /** Writes the transfer, or changes nothing and returns what was written under its reference before. */
  insert(transfer: SimulatedTransfer): Promise<SimulatedTransfer>;
  find(account_id: string, reference: string): Promise<SimulatedTransfer | undefined>;
  /** Only from the status that was read; returns the transfer as it stands. */
  change(before: SimulatedTransfer, after: TransferChange): Promise<SimulatedTransfer>;
};

export type SimulatedBankOptions = {
  store: SimulatedBankStore;
  clock: Clock;
  random: Random;
  account_id: string;
  /** Noon of the `count`th business day after `at`. The calendar stands above connectors. */
  businessDayAfter(at: Date, count: number, country: string): Date;
};

/** Business days from paid to the day the receiving bank sends it back. */
const return_days = 2;

export function simulatedBank({ store, clock, random, account_id, businessDayAfter }: SimulatedBankOptions): Bank {
  return {
    async send(transfer) {
      const { reference, amount, currency, country } = transfer;
      const scenario = bankScenarioOf(transfer.numbers);
      const behaviour = bankBehaviourOf(scenario);
      const now = clock.now();
      const refused = behaviour.when === 'at_once' ? (behaviour.fails ?? null) : null;
      const stood = await store.insert({
        account_id,
        reference,
        bank_reference: newId('trf', { clock, random }),
        amount,
        currency,
        scenario,
        country,
        status: refused === null ? 'in_transit' : 'failed',
        failure_code: refused,
        due_at: refused === null ? businessDayAfter(now, 1, country) : null,
        created_at: now,
      });
      assert(stood.amount === amount && stood.currency === currency, 'a repeated transfer asks for the same');
      if (behaviour.answer === 'lost') throw new ProviderTimeout('the simulated bank', reference);
      return answerOf(stood);
    },

    async look(reference) {
      let transfer = await store.find(account_id, reference);
      if (!transfer) return { kind: 'absent' };
      const now = clock.now();
      while (transfer.due_at !== null && transfer.due_at <= now) {
        transfer = await store.change(transfer, next(transfer, transfer.due_at));
      }
      return answerOf(transfer);
    },
  };

  function next(transfer: SimulatedTransfer, at: Date): TransferChange {
    const behaviour = bankBehaviourOf(transfer.scenario);
    const later = behaviour.when === 'after_paid';
    if (behaviour.fails !== undefined && (!later || transfer.status === 'paid')) {
      return { status: 'failed', failure_code: behaviour.fails, due_at: null };
    }
    const due_at = later ? businessDayAfter(at, return_days, transfer.country) : null;
    return { status: 'paid', failure_code: null, due_at };
  }
}

function answerOf({ status, bank_reference, failure_code, due_at }: SimulatedTransfer): BankAnswer {
  if (status === 'failed') {
    assert(failure_code !== null, 'a failed transfer says why');
    return { kind: 'failed', bank_reference, code: failure_code };
  }
  const arrives_on = status === 'in_transit' && due_at !== null ? due_at.toISOString().slice(0, 10) : null;
  return { kind: status, bank_reference, arrives_on };
}
