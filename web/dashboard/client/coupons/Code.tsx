// One promotion code: its limits and who used it.

import { Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Coupon, PromotionCode } from '../data/types.ts';
import { Go, Id, Status, When } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { Switch } from './Codes.tsx';
import { discountText, minimumText, usedText } from './discount.ts';
import { Redemptions } from './Redemptions.tsx';
import { t } from './words.ts';

export function CodePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<PromotionCode>(`/promotion_codes/${id}`);
  const code = found.data;
  const coupon = useRead<Coupon>(
    `/coupons/${code?.coupon}`,
    {},
    { enabled: code !== undefined && can('coupons:read') },
  );
  const above = (
    <Text size="sm">
      <Go to="/products/coupons">{t('title')}</Go>
      {code && (
        <>
          {' / '}
          <Go to={`/products/coupons/${code.coupon}`}>{coupon.data?.name ?? code.coupon}</Go>
        </>
      )}
    </Text>
  );
  if (!code)
    return (
      <Page title={t('code')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting />}
      </Page>
    );
  const minimum = minimumText(code.minimum_amounts);
  return (
    <Page
      title={code.code}
      above={above}
      beside={
        <>
          <Status of={code.status} />
          <Id id={code.id} />
        </>
      }
      actions={can('promotion_codes:write') && <Switch code={code} />}
    >
      <Section title={t('code')}>
        <Fields
          of={[
            [t('code'), <Id key="code" id={code.code} />],
            coupon.data !== undefined && [t('discount'), discountText(coupon.data)],
            [t('used'), usedText(code)],
            [t('limit'), code.max_redemptions ?? t('noLimit')],
            [t('perCustomer'), code.max_per_customer ?? t('noLimit')],
            code.first_order_only && [t('limits'), t('firstOrderShort')],
            minimum !== '' && [t('minimum'), minimum],
            [
              t('customers'),
              code.customers.length === 0 ? (
                t('anybody')
              ) : (
                <ul className="plain" key="who">
                  {code.customers.map((one) => (
                    <li key={one}>
                      <Go to={`/customers/${one}`}>{one}</Go>
                    </li>
                  ))}
                </ul>
              ),
            ],
            code.valid_from !== null && [t('validFrom'), <When key="from" at={code.valid_from} />],
            [t('expires'), <When key="until" at={code.expires_at} />],
            [t('created'), <When key="at" at={code.created_at} />],
          ]}
        />
      </Section>
      <Redemptions query={{ promotion_code: code.id }} />
    </Page>
  );
}
