// The cards of a customer: which is charged when nothing else is said, and taking one away.

import { Badge, Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Customer, PaymentMethod } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';

import { cardText, expiryText } from '../parts/card.ts';
import { Refused, Section } from '../parts/Page.tsx';
import { createdColumn, idColumn, of, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { t } from './words.ts';

export function Cards({ customer }: { customer: Customer }) {
  const { can } = useWho();
  const [ending, setEnding] = useState<PaymentMethod>();
  const found = useList<PaymentMethod>('/payment_methods', { customer: customer.id });
  const choose = useChange(() => toast(t('defaultSaved')));
  const remove = useChange(() => {
    toast(t('cardRemoved'));
    setEnding(undefined);
  });
  const chooses = can('customers:write') && !customer.deleted;
  const removes = can('payment_methods:write') && !customer.deleted;
  if (found.rows?.length === 0) return null;
  const isDefault = (row: PaymentMethod) => row.id === customer.default_payment_method;
  return (
    <Section title={t('cards')} flush>
      <Refused error={choose.error} />
      <Table
        label={t('cards')}
        {...of(found)}
        columns={[
          {
            key: 'card',
            label: t('cards'),
            cell: (row) => (
              <span className="named">
                {cardText(row)}
                {isDefault(row) && (
                  <Badge size="sm" variant="outline" color="gray" className="status gray">
                    {t('default')}
                  </Badge>
                )}
              </span>
            ),
          },
          { key: 'exp', label: t('expires'), cell: (row) => expiryText(row) },
          idColumn,
          createdColumn,
          {
            key: 'act',
            label: '',
            cell: (row) =>
              (chooses && !isDefault(row)) || removes ? (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <Button size="compact-xs" variant="default">
                      …<span className="sr"> {t('moreCard', { name: cardText(row) })}</span>
                    </Button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    {chooses && !isDefault(row) && (
                      <Menu.Item
                        onClick={() =>
                          choose.mutate({
                            method: 'PATCH',
                            path: `/customers/${customer.id}`,
                            body: { default_payment_method: row.id },
                          })
                        }
                      >
                        {t('makeDefault')}
                      </Menu.Item>
                    )}
                    {removes && <Menu.Item onClick={() => setEnding(row)}>{t('removeCard')}</Menu.Item>}
                  </Menu.Dropdown>
                </Menu>
              ) : null,
          },
        ]}
      />
      {ending && (
        <Ask
          opened
          close={() => setEnding(undefined)}
          title={`${t('removeCard')}: ${cardText(ending)}`}
          text={t('removeCardText')}
          verb={t('removeCard')}
          danger
          busy={remove.isPending}
          error={remove.error}
          submit={() => remove.mutate({ method: 'DELETE', path: `/payment_methods/${ending.id}` })}
        />
      )}
    </Section>
  );
}
