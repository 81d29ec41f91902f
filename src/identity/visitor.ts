// Somebody who is not signed in yet has no account. What stands here in its place owns nothing and finds nothing.

import type { Account } from '../operation/context.ts';

export const nobody: Account = {
  account_id: '',
  merchant_id: '',
  merchant_name: '',
  merchant_logo_url: null,
  merchant_country: 'US',
  time_zone: 'UTC',
  merchant_status: 'disabled',
  mode: 'sandbox',
  currency: 'USD',
  fee_schedule: {},
  overdraft_limit: 0,
  refund_funding: 'available',
  settlement_delay_days: 0,
  payment_methods: [],
  payout_schedule: 'manual',
  payout_minimum: 1,
  fraud_warning_refund_limit: null,
  emails: new Set(),
  provider: 'simulator',
};
