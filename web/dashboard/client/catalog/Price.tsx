// One price: its terms of now in every currency, and every terms it ever had.

import { SimpleGrid, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange, useList, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Price, PriceSnapshot, Product } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Amount, Faint, Go, Id, Status, When } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { cycleText, priceText } from '../parts/price.ts';
import { createdColumn, idColumn, of, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { ArchivePrice } from './ArchivePrice.tsx';
import { PriceDialog } from './PriceDialog.tsx';
import { modelText } from './price-draft.ts';
import { t } from './words.ts';

export function PricePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<Price>(`/prices/${id}`);
  const price = found.data;
  const product = useRead<Product>(`/products/${price?.product}`, {}, { enabled: price !== undefined });
  const above = (
    <Text size="sm">
      <Go to="/products">{t('title')}</Go>
      {price && (
        <>
          {' / '}
          <Go to={`/products/${price.product}`}>{product.data?.name ?? price.product}</Go>
        </>
      )}
    </Text>
  );
  if (!price)
    return (
      <Page title={t('price')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting />}
      </Page>
    );
  const { recurring, transform_quantity: packs } = price;
  return (
    <Page
      title={priceText(price)}
      above={above}
      beside={
        <>
          <Status of={price.active ? 'active' : 'archived'} />
          <Id id={price.id} />
        </>
      }
      actions={can('prices:write') && <Actions price={price} product={product.data} />}
    >
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Section title={t('terms')}>
          <Fields
            of={[
              [t('model'), modelText(price.pricing_model)],
              [t('type'), recurring ? cycleText(recurring) : t('one_time')],
              recurring !== null && [
                t('trial'),
                recurring.trial_days === 0 ? <Faint key="no">–</Faint> : recurring.trial_days,
              ],
              packs !== null && [
                t('packs'),
                t('packOf', { count: packs.divide_by, round: packs.round === 'up' ? t('up') : t('down') }),
              ],
              price.meter !== null && [t('meter'), <Id key="meter" id={price.meter} />],
              [t('nickname'), price.nickname],
              [t('lookupKey'), price.lookup_key && <Id key="key" id={price.lookup_key} />],
              product.data !== undefined && [
                t('default'),
                product.data.default_price === price.id ? '✓' : <Faint key="d">–</Faint>,
              ],
              [t('created'), <When key="at" at={price.created_at} />],
              ...Object.entries(price.metadata).map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
            ]}
          />
          {can('subscriptions:read') && recurring && (
            <Text size="sm" mt="md">
              <Go to={`/billing/subscriptions?price=${price.id}`}>{t('inUse')}</Go>
            </Text>
          )}
        </Section>
        <Amounts price={price} />
      </SimpleGrid>
      <History price={price} />
    </Page>
  );
}

function Actions({ price, product }: { price: Price; product: Product | undefined }) {
  const [asking, setAsking] = useState<'edit' | 'archive'>();
  const close = () => setAsking(undefined);
  const unarchive = useChange(() => toast(t('priceUnarchived')));
  return (
    <>
      <Act label={t('edit')} why={undefined} act={() => setAsking('edit')} />
      {price.active ? (
        <Act
          label={t('archivePrice')}
          why={product?.default_price === price.id ? t('whyDefault') : undefined}
          act={() => setAsking('archive')}
        />
      ) : (
        <Act
          label={t('unarchive')}
          why={undefined}
          act={() => unarchive.mutate({ path: `/prices/${price.id}/unarchive` })}
        />
      )}
      <Refused error={unarchive.error} />
      {asking === 'edit' && (
        <PriceDialog product={product ?? { id: price.product, default_price: null }} price={price} close={close} />
      )}
      {asking === 'archive' && <ArchivePrice price={price} product={product} close={close} />}
    </>
  );
}

type Line = { id: string; currency: string; up_to: number | null | undefined; each: number; flat: number };

/** One row per currency, or per tier of it. */
const linesOf = ({ amounts }: Pick<Price, 'amounts'>): Line[] =>
  amounts.flatMap(({ currency, unit_amount, tiers }): Line[] =>
    tiers === null
      ? [{ id: currency, currency, up_to: undefined, each: unit_amount ?? 0, flat: 0 }]
      : tiers.map((tier, i) => ({
          id: `${currency} ${i}`,
          currency,
          up_to: tier.up_to,
          each: tier.unit_amount,
          flat: tier.flat_amount,
        })),
  );

function Amounts({ price }: { price: Price }) {
  const tiered = price.amounts.some(({ tiers }) => tiers !== null);
  return (
    <Section title={t('amounts')} flush>
      <Table
        label={t('amounts')}
        rows={linesOf(price)}
        columns={[
          ...(tiered
            ? [
                {
                  key: 'to',
                  label: t('upTo'),
                  cell: (row: Line) => row.up_to ?? <Faint>{t('endless')}</Faint>,
                },
              ]
            : []),
          {
            key: 'each',
            label: tiered ? t('each') : t('amount'),
            cell: (row) => <Amount of={row.each} currency={row.currency} strong />,
          },
          ...(tiered
            ? [
                {
                  key: 'flat',
                  label: t('flatFee'),
                  cell: (row: Line) =>
                    row.flat === 0 ? <Faint>–</Faint> : <Amount of={row.flat} currency={row.currency} />,
                },
              ]
            : []),
        ]}
      />
    </Section>
  );
}

function History({ price }: { price: Price }) {
  const found = useList<PriceSnapshot>(`/prices/${price.id}/snapshots`);
  return (
    <Section title={t('history')} flush>
      <Text size="sm" className="faint pad-x">
        {t('historyText')}
      </Text>
      <Table
        label={t('history')}
        {...of(found)}
        columns={[
          {
            key: 'terms',
            label: t('terms'),
            cell: (row) => (
              <span className="named">
                {row.amounts.map(({ currency }) => priceText(row, currency)).join(' · ')}
                {row.id === price.snapshot && <Status of={t('now')} />}
              </span>
            ),
          },
          { key: 'model', label: t('model'), cell: (row) => modelText(row.pricing_model) },
          { key: 'trial', label: t('trial'), cell: (row) => row.recurring?.trial_days || <Faint>–</Faint> },
          idColumn,
          createdColumn,
        ]}
      />
    </Section>
  );
}
