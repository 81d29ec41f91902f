// What must hold between coupons, their codes and the payments that used them. Each check asks for offenders; none may be found.

import { sql } from 'kysely';
import { type Check, ofAccount } from '../ledger/verify.ts';

export const couponChecks: Check[] = [
  {
    name: 'every promotion code’s counts are its redemptions, reserved and confirmed, and within its limit',
    query: (id) => sql`
      select c.account_id || ' ' || c.id as what from promotion_codes c
      left join (select account_id, promotion_code_id, count(*) filter (where status = 'reserved') as reserved,
          count(*) filter (where status = 'confirmed') as redeemed
        from coupon_redemptions where ${ofAccount('account_id', id)} group by 1, 2) r
        on r.account_id = c.account_id and r.promotion_code_id = c.id
      where ${ofAccount('c.account_id', id)} and (c.times_reserved <> coalesce(r.reserved, 0) or c.times_redeemed <> coalesce(r.redeemed, 0)
        or c.times_reserved + c.times_redeemed > c.max_redemptions)`,
  },
  {
    name: 'every coupon’s counts are the redemptions of its codes, and within its limit',
    query: (id) => sql`
      select c.account_id || ' ' || c.id as what from coupons c
      left join (select account_id, coupon_id, count(*) filter (where status = 'reserved') as reserved,
          count(*) filter (where status = 'confirmed') as redeemed
        from coupon_redemptions where ${ofAccount('account_id', id)} group by 1, 2) r
        on r.account_id = c.account_id and r.coupon_id = c.id
      where ${ofAccount('c.account_id', id)} and (c.times_reserved <> coalesce(r.reserved, 0) or c.times_redeemed <> coalesce(r.redeemed, 0)
        or c.times_reserved + c.times_redeemed > c.max_redemptions)`,
  },
  {
    name: 'every confirmed redemption is of a payment that was paid or a session that came to nothing, and every session completed with a code has one',
    query: (id) => sql`
      select r.account_id || ' ' || r.id as what from coupon_redemptions r
      left join payments p on p.account_id = r.account_id and p.id = r.payment_id
      where ${ofAccount('r.account_id', id)} and r.status = 'confirmed' and r.payment_id is not null and (p.id is null or p.amount_authorized = 0)
      union all
      select r.account_id || ' ' || r.id from coupon_redemptions r
      left join checkout_sessions s on s.account_id = r.account_id and s.id = r.checkout_session_id
      where ${ofAccount('r.account_id', id)} and r.status = 'confirmed' and r.payment_id is null and r.checkout_session_id is not null
        and s.payment_status is distinct from 'no_payment_required'
      union all
      select s.account_id || ' ' || s.id from checkout_sessions s
      left join coupon_redemptions r on r.account_id = s.account_id and r.payment_id = s.payment_id and r.status = 'confirmed'
        and r.promotion_code_id = s.promotion_code_id
      where ${ofAccount('s.account_id', id)} and s.payment_status = 'paid' and s.promotion_code_id is not null and r.id is null
      union all
      select s.account_id || ' ' || s.id from checkout_sessions s
      left join coupon_redemptions r on r.account_id = s.account_id and r.checkout_session_id = s.id and r.payment_id is null
        and r.status = 'confirmed' and r.promotion_code_id = s.promotion_code_id
      where ${ofAccount('s.account_id', id)} and s.payment_status = 'no_payment_required' and s.subscription_terms is null
        and (s.promotion_code_id is null or r.id is null)`,
  },
];
