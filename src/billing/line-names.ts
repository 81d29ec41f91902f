// What products are called in the languages of those who get their invoices. Looked up when an invoice is written and kept with its lines, so
// that an invoice says the same for good, whatever becomes of the catalog.

import { sql } from 'kysely';
import { type LocalizedNames, localizedName } from '../catalog/product.ts';
import type { Tx } from '../db/db.ts';
import type { InvoiceRow, LineRow } from './invoice.ts';

type Written = { invoice: InvoiceRow; lines: LineRow[] };

/** Two reads for a whole batch; one where no product has another name. */
export async function inTheirLanguages<T extends Written>(tx: Tx, account_id: string, written: T[]): Promise<T[]> {
  const products = written.flatMap(({ lines }) => lines.flatMap((line) => line.product_id ?? []));
  const { rows: named } = await sql<{ id: string; localized_names: LocalizedNames }>`
    select id, localized_names from products where account_id = ${account_id} and id = any(${[...new Set(products)]})
      and localized_names <> '{}'`.execute(tx);
  if (named.length === 0) return written;
  const customers = [...new Set(written.map(({ invoice }) => invoice.customer_id))];
  const { rows: speaking } = await sql<{ id: string; language: string }>`
    select id, language from customers where account_id = ${account_id} and id = any(${customers}) and language is not null`.execute(
    tx,
  );
  const byProduct = new Map(named.map((row) => [row.id, row]));
  const languages = new Map(speaking.map((row) => [row.id, row.language]));
  return written.map((one) => {
    const language = languages.get(one.invoice.customer_id);
    if (language === undefined) return one;
    const lines = one.lines.map((line) => {
      const product = byProduct.get(line.product_id ?? '');
      return { ...line, localized_name: (product && localizedName(product, language)) ?? null };
    });
    return { ...one, lines };
  });
}
