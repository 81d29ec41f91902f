// One product: what it is, and for how much it is sold.

import { SimpleGrid, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Product } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Ask } from '../parts/Ask.tsx';
import { Go, Id, Status, When } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { Picture } from '../parts/Picture.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { Prices } from './Prices.tsx';
import { ProductDialog } from './ProductDialog.tsx';
import { t } from './words.ts';

export function ProductPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<Product>(`/products/${id}`);
  const product = found.data;
  const above = (
    <Text size="sm">
      <Go to="/products">{t('title')}</Go>
    </Text>
  );
  if (!product)
    return (
      <Page title={t('product')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting />}
      </Page>
    );
  return (
    <Page
      title={product.name}
      above={above}
      beside={
        <>
          <Status of={product.active ? 'active' : 'archived'} />
          <Id id={product.id} />
        </>
      }
      actions={can('products:write') && <Actions product={product} />}
    >
      <Section title={t('product')}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} className="with-picture">
          <Picture url={product.image_url} name={product.name} size={96} />
          <Fields
            of={[
              [t('description'), product.description],
              [t('category'), named(product.tax_category)],
              ...Object.entries(product.localized_names).map(
                ([tag, name]) => [t('nameIn', { language: tag }), <span key={tag}>{name}</span>] as const,
              ),
              [t('created'), <When key="at" at={product.created_at} />],
              [t('changed'), <When key="up" at={product.updated_at} />],
              ...Object.entries(product.metadata).map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
            ]}
          />
        </SimpleGrid>
      </Section>
      {can('prices:read') && <Prices product={product} />}
    </Page>
  );
}

function Actions({ product }: { product: Product }) {
  const [asking, setAsking] = useState<'edit' | 'archive'>();
  const close = () => setAsking(undefined);
  const path = `/products/${product.id}`;
  const archive = useChange(() => {
    toast(t('archivedNow'));
    close();
  });
  const unarchive = useChange(() => toast(t('unarchivedNow')));
  return (
    <>
      <Act label={t('edit')} why={undefined} act={() => setAsking('edit')} />
      {product.active ? (
        <Act label={t('archive')} why={undefined} act={() => setAsking('archive')} />
      ) : (
        <Act label={t('unarchive')} why={undefined} act={() => unarchive.mutate({ path: `${path}/unarchive` })} />
      )}
      <Refused error={unarchive.error} />
      {asking === 'edit' && <ProductDialog product={product} close={close} />}
      <Ask
        opened={asking === 'archive'}
        close={close}
        title={t('archive')}
        text={t('archiveText')}
        verb={t('archive')}
        busy={archive.isPending}
        error={archive.error}
        submit={() => archive.mutate({ path: `${path}/archive` })}
      />
    </>
  );
}
