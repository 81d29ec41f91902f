// The discount of a subscription: given by a code or a coupon, replaced, taken away.

import { Text } from '@mantine/core';
import { useState } from 'react';
import { discountText, durationText } from '../coupons/discount.ts';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Subscription } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Ask } from '../parts/Ask.tsx';
import { Go, When } from '../parts/Bits.tsx';
import { Fields, Section } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { isEnded, whyNoDiscount } from './actions.ts';
import { DiscountFields, discountBody, noDiscount } from './DiscountFields.tsx';
import { t } from './words.ts';

export function Discount({ subscription: s }: { subscription: Subscription }) {
  const { can } = useWho();
  const [asking, setAsking] = useState<'give' | 'take'>();
  const close = () => setAsking(undefined);
  const path = `/subscriptions/${s.id}`;
  const take = useChange(() => {
    toast(t('discountTaken'));
    close();
  });
  const { discount } = s;
  if (!discount && isEnded(s)) return null;
  const why = whyNoDiscount(s, can('subscriptions:write'));
  return (
    <Section
      title={t('discount')}
      actions={
        <div className="named">
          <Act label={discount ? t('discountReplace') : t('discountGive')} why={why} act={() => setAsking('give')} />
          {discount && <Act label={t('discountTake')} why={why} act={() => setAsking('take')} />}
        </div>
      }
    >
      {discount ? (
        <Fields
          of={[
            [
              t('coupon'),
              <Go key="coupon" to={`/products/coupons/${discount.coupon}`}>
                {discount.name}
              </Go>,
            ],
            discount.code !== null && [t('code'), discount.code],
            [t('discount'), `${discountText(discount)} · ${durationText(discount)}`],
            [t('discountFrom'), <When key="from" at={discount.starts_at} />],
            discount.ends_at !== null && [t('discountUntil'), <When key="until" at={discount.ends_at} />],
          ]}
        />
      ) : (
        <Text size="sm" className="faint">
          {t('noDiscount')}
        </Text>
      )}
      {asking === 'give' && <Give path={path} close={close} />}
      <Ask
        opened={asking === 'take'}
        close={close}
        title={t('discountTake')}
        text={t('discountTakeText')}
        verb={t('discountTake')}
        danger
        busy={take.isPending}
        error={take.error}
        submit={() => take.mutate({ method: 'PATCH', path, body: { coupon: null } })}
      />
    </Section>
  );
}

function Give({ path, close }: { path: string; close(): void }) {
  const [value, setValue] = useState(noDiscount);
  const give = useChange(() => {
    toast(t('discountGiven'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={t('discountGive')}
      text={t('discountGiveText')}
      verb={t('discountGive')}
      busy={give.isPending}
      error={give.error}
      blocked={value.code.trim() === '' && value.coupon === ''}
      submit={() => give.mutate({ method: 'PATCH', path, body: discountBody(value) })}
    >
      <DiscountFields value={value} onChange={setValue} />
    </Ask>
  );
}
