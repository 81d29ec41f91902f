// One coupon: what it takes off, the codes by which customers take it, and who did.

import { Badge, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Coupon } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Ask } from '../parts/Ask.tsx';
import { Go, Id, When } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { Codes } from './Codes.tsx';
import { discountText, durationText, minimumText, usedText } from './discount.ts';
import { Redemptions } from './Redemptions.tsx';
import { t } from './words.ts';

export function CouponPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<Coupon>(`/coupons/${id}`);
  const coupon = found.data;
  const above = (
    <Text size="sm">
      <Go to="/products/coupons">{t('title')}</Go>
    </Text>
  );
  if (!coupon)
    return (
      <Page title={t('coupon')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting />}
      </Page>
    );
  const minimum = minimumText(coupon.minimum_amounts);
  return (
    <Page
      title={coupon.name}
      above={above}
      beside={
        <>
          {coupon.deleted && (
            <Badge color="gray" variant="light" className="status gray">
              {t('deleted')}
            </Badge>
          )}
          <Id id={coupon.id} />
        </>
      }
      actions={can('coupons:write') && !coupon.deleted && <Actions coupon={coupon} />}
    >
      <Section title={t('coupon')}>
        <Fields
          of={[
            [t('discount'), discountText(coupon)],
            [t('duration'), durationText(coupon)],
            [t('appliesTo'), <Targets key="to" coupon={coupon} />],
            [t('used'), usedText(coupon)],
            [t('limit'), coupon.max_redemptions ?? t('noLimit')],
            coupon.valid_from !== null && [t('validFrom'), <When key="from" at={coupon.valid_from} />],
            coupon.valid_until !== null && [t('validUntil'), <When key="until" at={coupon.valid_until} />],
            minimum !== '' && [t('minimum'), minimum],
            [t('created'), <When key="at" at={coupon.created_at} />],
            ...Object.entries(coupon.metadata).map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
          ]}
        />
      </Section>
      <SimpleGrid cols={1} spacing="md">
        {can('promotion_codes:read') && <Codes coupon={coupon} />}
        {can('promotion_codes:read') && <Redemptions query={{ coupon: coupon.id }} />}
      </SimpleGrid>
    </Page>
  );
}

function Targets({ coupon }: { coupon: Coupon }) {
  const ids = coupon.applies_to === 'products' ? coupon.products : coupon.prices;
  if (coupon.applies_to === 'all') return t('all');
  return (
    <ul className="plain">
      {ids.map((id) => (
        <li key={id}>
          <Go to={coupon.applies_to === 'products' ? `/products/${id}` : `/products/prices/${id}`}>{id}</Go>
        </li>
      ))}
    </ul>
  );
}

function Actions({ coupon }: { coupon: Coupon }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'rename' | 'remove'>();
  const [name, setName] = useState(coupon.name);
  const close = () => setAsking(undefined);
  const path = `/coupons/${coupon.id}`;
  const rename = useChange(() => {
    toast(t('saved'));
    close();
  });
  const remove = useChange(() => {
    toast(t('removed'));
    void navigate({ to: '/products/coupons' });
  });
  return (
    <>
      <Act
        label={t('rename')}
        why={undefined}
        act={() => {
          setName(coupon.name);
          setAsking('rename');
        }}
      />
      <Act label={t('remove')} why={undefined} act={() => setAsking('remove')} />
      <Ask
        opened={asking === 'rename'}
        close={close}
        title={t('rename')}
        verb={t('save')}
        busy={rename.isPending}
        error={rename.error}
        blocked={name.trim() === '' || name.trim() === coupon.name}
        submit={() => rename.mutate({ method: 'PATCH', path, body: { name: name.trim() } })}
      >
        <TextInput
          label={t('name')}
          description={t('nameHint')}
          maxLength={100}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </Ask>
      <Ask
        opened={asking === 'remove'}
        close={close}
        title={`${t('remove')}: ${coupon.name}`}
        text={t('removeText')}
        verb={t('remove')}
        danger
        busy={remove.isPending}
        error={remove.error}
        submit={() => remove.mutate({ method: 'DELETE', path })}
      />
    </>
  );
}
