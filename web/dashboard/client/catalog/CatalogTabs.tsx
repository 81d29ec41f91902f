// The pages about what is sold, and for less.

import { Tabs } from '../parts/Tabs.tsx';
import { t } from './words.ts';

export const CatalogTabs = () => (
  <Tabs
    label={t('title')}
    of={[
      { to: '/products', label: t('title'), exact: true, scope: 'products:read' },
      { to: '/products/coupons', label: t('coupons'), scope: 'coupons:read' },
      { to: '/products/links', label: t('links'), scope: 'payment_links:read' },
      { to: '/products/meters', label: t('meters'), scope: 'meters:read' },
      { to: '/products/tax-rates', label: t('taxRates'), scope: 'tax_rates:read' },
    ]}
  />
);
