// The checkout as the settings of the dashboard show it: the page itself over a sample order, in one colour scheme, without its script.
// Pure, and of no customer.

import type { CheckoutView } from '../../src/checkout/view.ts';
import type { PageAssets } from './page.ts';
import { renderCheckout } from './render.ts';

export type PreviewMerchant = { name: string; logo_url: string | null; currency: string };
type Look = Pick<CheckoutView['branding'], 'color' | 'corners'>;
type Place = { nonce: string; assets: PageAssets; base_path: string };

export function renderPreview(merchant: PreviewMerchant, look: Look, scheme: 'light' | 'dark', place: Place): string {
  const style = inScheme(place.assets.style, scheme);
  const page = { ...place, assets: { ...place.assets, style }, locale: 'en-US', still: true, scheme };
  return renderCheckout(sample(merchant, look), page, new Date(0));
}

/** One of the two looks, whatever the browser prefers. */
export function inScheme(style: string, scheme: 'light' | 'dark'): string {
  const chosen = style.replaceAll(/\(prefers-color-scheme:\s*dark\)/g, scheme === 'dark' ? 'all' : 'not all');
  return `${chosen}:root{color-scheme:${scheme}}`;
}

const sample = ({ name, logo_url, currency }: PreviewMerchant, look: Look): CheckoutView => ({
  id: 'sess_preview',
  state: 'open',
  mode: 'live',
  merchant: { name, logo_url },
  branding: { ...look, icon_url: null },
  amount_total: 4_850,
  amount_subtotal: 4_600,
  currency,
  description: null,
  line_items: [
    {
      name: 'Linen shirt',
      description: 'Size M',
      quantity: 1,
      unit_amount: 3_400,
      amount: 3_400,
      image_url: null,
      adjustable: null,
    },
    {
      name: 'Cotton socks',
      description: null,
      quantity: 2,
      unit_amount: 600,
      amount: 1_200,
      image_url: null,
      adjustable: null,
    },
  ],
  taxes: [{ name: 'Tax', amount: 250, inclusive: false }],
  discounts: [],
  promotion: { allowed: false, code: null },
  customer_email: 'ada@example.com',
  custom_text: null,
  success_message: null,
  link_closed: null,
  payment_methods: [],
  can_save: true,
  locale: null,
  allowed_origins: [],
  redirect_url: null,
  cancel_url: null,
  action_url: null,
  expires_at: null,
  takes_bitcoin: false,
  recurring: null,
  offer: null,
  bitcoin: null,
});
