// Asks before a price is taken out of sale, and says when it cannot be.

import { useChange } from '../data/api.ts';
import type { Price, Product } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { priceText } from '../parts/price.ts';
import { toast } from '../parts/toast.tsx';
import { t } from './words.ts';

type Props = { price: Price; product: Pick<Product, 'default_price'> | undefined; close(): void };

export function ArchivePrice({ price, product, close }: Props) {
  const archive = useChange(() => {
    toast(t('priceArchived'));
    close();
  });
  const isDefault = product?.default_price === price.id;
  return (
    <Ask
      opened
      close={close}
      title={`${t('archivePrice')}: ${priceText(price)}`}
      text={isDefault ? t('whyDefault') : t('archivePriceText')}
      verb={t('archivePrice')}
      busy={archive.isPending}
      error={archive.error}
      blocked={isDefault}
      submit={() => archive.mutate({ path: `/prices/${price.id}/archive` })}
    />
  );
}
