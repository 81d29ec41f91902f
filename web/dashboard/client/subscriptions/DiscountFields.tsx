// A discount as it is given: by the code that customers type, or by a coupon. One empties the other.

import { NativeSelect, TextInput } from '@mantine/core';
import { discountText } from '../coupons/discount.ts';
import { useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Coupon, List } from '../data/types.ts';
import { t } from './words.ts';

export type GivenDiscount = { code: string; coupon: string };
export const noDiscount: GivenDiscount = { code: '', coupon: '' };

export const discountBody = ({ code, coupon }: GivenDiscount) =>
  coupon !== '' ? { coupon } : code.trim() !== '' ? { promotion_code: code.trim() } : {};

export function DiscountFields({ value, onChange }: { value: GivenDiscount; onChange(value: GivenDiscount): void }) {
  const { can } = useWho();
  const coupons = useRead<List<Coupon>>('/coupons', { limit: 100 }, { enabled: can('coupons:read') });
  return (
    <>
      <TextInput
        label={t('code')}
        maxLength={50}
        spellCheck={false}
        autoComplete="off"
        value={value.code}
        onChange={(event) => onChange({ code: event.currentTarget.value, coupon: '' })}
      />
      <NativeSelect
        label={t('orCoupon')}
        value={value.coupon}
        onChange={(event) => onChange({ code: '', coupon: event.currentTarget.value })}
        data={[
          { value: '', label: '–' },
          ...(coupons.data?.data ?? []).map((one) => ({ value: one.id, label: `${one.name}: ${discountText(one)}` })),
        ]}
      />
    </>
  );
}
