// What the shop sells and what it costs. Prices live here, on the server: the browser sends quantities and nothing else. Pure.

export const currency = 'EUR';
/** Value added tax on the goods, in basis points. */
const vat_bps = 2_000;
const most_of_one = 10;

export type Product = { id: string; name: string; description: string; unit_amount: number };

export const products: readonly Product[] = [
  {
    id: 'beans',
    name: 'Morning Field coffee beans',
    description: '250 g, whole bean. Washed, from Huila: caramel, red apple, cocoa.',
    unit_amount: 1_450,
  },
  {
    id: 'mug',
    name: 'Stoneware mug',
    description: '300 ml, thrown and glazed by hand. Dishwasher safe.',
    unit_amount: 1_900,
  },
];

export type Line = Product & { quantity: number; amount: number };
type Part = { name: string; amount: number };
export type Cart = { lines: Line[]; discounts: Part[]; taxes: Part[]; amount_total: number };

/** Whatever the form holds becomes a whole number from 0 to 10. */
export function quantityOf(text: string | null): number {
  const value = Math.trunc(Number(text ?? 0));
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), most_of_one) : 0;
}

export function cartOf(quantity: (product_id: string) => number): Cart {
  const lines = products
    .map((product) => ({
      ...product,
      quantity: quantity(product.id),
      amount: product.unit_amount * quantity(product.id),
    }))
    .filter((line) => line.quantity > 0);
  const subtotal = sum(lines);
  // A set: a tenth off everything when beans and a mug go together.
  const discounts =
    lines.length === products.length
      ? [{ name: 'Beans and mug together, 10 % off', amount: share(subtotal, 1_000) }]
      : [];
  const net = subtotal - sum(discounts);
  const taxes = net > 0 ? [{ name: 'VAT 20 %', amount: share(net, vat_bps) }] : [];
  return { lines, discounts, taxes, amount_total: net + sum(taxes) };
}

const sum = (parts: readonly { amount: number }[]) => parts.reduce((total, part) => total + part.amount, 0);

/** Integer arithmetic; half a cent rounds up. */
const share = (amount: number, bps: number) => Math.floor((amount * bps + 5_000) / 10_000);

/** Minor units to text for people: 1450 EUR → €14.50. */
export function price(amount: number, code = currency): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: code });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
