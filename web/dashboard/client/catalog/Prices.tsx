// The prices of a product, and what can be done with each.

import { Badge, Button, Menu, Text } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Price, Product } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Faint, Go, Status } from '../parts/Bits.tsx';
import { Empty, Refused, Section } from '../parts/Page.tsx';
import { priceText } from '../parts/price.ts';
import { idColumn, of, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { ArchivePrice } from './ArchivePrice.tsx';
import { PriceDialog } from './PriceDialog.tsx';
import { modelText } from './price-draft.ts';
import { t } from './words.ts';

type Asked = { verb: 'edit' | 'archive'; row: Price };

export function Prices({ product }: { product: Product }) {
  const { can } = useWho();
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const found = useList<Price>('/prices', { product: product.id });
  const change = useChange(() => toast(t('priceSaved')));
  const close = () => {
    setAdding(false);
    setAsked(undefined);
  };
  const writes = can('prices:write');
  const why = product.active ? undefined : t('whyArchived');
  const isDefault = (row: Price) => row.id === product.default_price;
  return (
    <Section
      flush
      title={t('prices')}
      actions={writes && <Act label={t('addPrice')} why={why} act={() => setAdding(true)} />}
    >
      <Refused error={change.error} />
      <Table
        label={t('prices')}
        {...of(found)}
        to={(row) => `/products/prices/${row.id}`}
        empty={
          <Empty title={t('noPrices')}>
            <Text size="sm">{t('noPricesText')}</Text>
          </Empty>
        }
        columns={[
          {
            key: 'price',
            label: t('price'),
            cell: (row) => (
              <span className="named">
                <Go to={`/products/prices/${row.id}`}>{priceText(row)}</Go>
                {isDefault(row) && (
                  <Badge size="sm" variant="outline" color="gray" className="status gray">
                    {t('default')}
                  </Badge>
                )}
              </span>
            ),
          },
          { key: 'model', label: t('model'), cell: (row) => modelText(row.pricing_model) },
          {
            key: 'currencies',
            label: t('currencies'),
            cell: (row) => row.amounts.map(({ currency }) => currency).join(', '),
          },
          { key: 'name', label: t('nickname'), cell: (row) => row.nickname ?? row.lookup_key ?? <Faint>–</Faint> },
          { key: 'status', label: t('status'), cell: (row) => <Status of={row.active ? 'active' : 'archived'} /> },
          idColumn,
          {
            key: 'act',
            label: '',
            cell: (row) =>
              writes ? (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <Button size="compact-xs" variant="default">
                      …<span className="sr"> {t('more', { name: priceText(row) })}</span>
                    </Button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item onClick={() => setAsked({ verb: 'edit', row })}>{t('edit')}</Menu.Item>
                    {row.active && !isDefault(row) && (
                      <Menu.Item
                        onClick={() =>
                          change.mutate({ method: 'PATCH', path: `/prices/${row.id}`, body: { default: true } })
                        }
                      >
                        {t('makeDefault')}
                      </Menu.Item>
                    )}
                    {row.active ? (
                      <Menu.Item onClick={() => setAsked({ verb: 'archive', row })}>{t('archivePrice')}</Menu.Item>
                    ) : (
                      <Menu.Item onClick={() => change.mutate({ path: `/prices/${row.id}/unarchive` })}>
                        {t('unarchive')}
                      </Menu.Item>
                    )}
                  </Menu.Dropdown>
                </Menu>
              ) : null,
          },
        ]}
      />
      {adding && <PriceDialog product={product} close={close} />}
      {asked?.verb === 'edit' && <PriceDialog product={product} price={asked.row} close={close} />}
      {asked?.verb === 'archive' && <ArchivePrice price={asked.row} product={product} close={close} />}
    </Section>
  );
}
