// The simulator keeps the contract of every connector; with its books in memory. In Postgres: src/simulator-store.test.ts.

import { JumpClock, seconds, systemClock } from '../kit/clock.ts';
import { systemRandom } from '../kit/id.ts';
import { connectorContract } from './contract-cases.ts';
import { disputeContract } from './dispute-contract-cases.ts';
import { simulator } from './simulator/index.ts';
import { memoryStore } from './simulator/memory-store.ts';

connectorContract('simulator, in memory', { approved: '4242424242424242', declined: '4000000000000002' }, async () => {
  const options = {
    store: memoryStore(),
    clock: systemClock,
    random: systemRandom,
    public_url: 'http://localhost:4242',
    latency_ms: 0,
  };
  return {
    connector: simulator({ ...options, account_id: 'acc_a' }),
    stranger: simulator({ ...options, account_id: 'acc_b' }),
  };
});

disputeContract('simulator, in memory', { disputed: '4000000000000259' }, async () => {
  const clock = new JumpClock();
  const options = {
    store: memoryStore(),
    clock,
    random: systemRandom,
    public_url: 'http://localhost:4242',
    latency_ms: 0,
  };
  return {
    connector: simulator({ ...options, account_id: 'acc_a' }),
    stranger: simulator({ ...options, account_id: 'acc_b' }),
    wait: async () => clock.advance(seconds(6)),
  };
});
