// What the examples of the catalog stand on: a product with its price, what is taken off, a link that sells it. In the order in which they can
// be made; a part of the list in docs-examples.ts.

export const catalogRecipes = {
  product: {
    op: 'products.create',
    input: { name: 'Coffee beans, 1 kg', tax_category: 'physical_goods' },
    fresh: false,
    why: 'a product',
  },
  price: {
    op: 'prices.create',
    input: { product: '{product}', amounts: [{ currency: 'USD', unit_amount: 1999 }] },
    fresh: false,
    why: 'a price of it',
  },
  tax_rate: {
    op: 'tax_rates.create',
    input: { display_name: 'MwSt.', country: 'DE', rate_ppm: 190000, inclusive: true },
    fresh: false,
    why: 'a tax rate',
  },
  coupon: {
    op: 'coupons.create',
    input: { name: 'Spring sale', percentage_bps: 2500 },
    fresh: false,
    why: 'a coupon',
  },
  promotion_code: {
    op: 'promotion_codes.create',
    input: { coupon: '{coupon}' },
    fresh: false,
    why: 'a promotion code of it',
  },
  payment_link: {
    op: 'payment_links.create',
    input: { line_items: [{ price: '{price}' }], currency: 'USD' },
    fresh: false,
    why: 'a payment link',
  },
};
