// Which account a hosted page's id belongs to: the page knows nothing but the id in its address.

import { type Db, type Executor, runAll, type Statement, type Tx } from '../db/db.ts';
import { rowChange } from '../db/rows.ts';
import { type AccountRow, accountColumns, toAccount } from '../identity/account.ts';
import type { Account } from '../operation/context.ts';

const linkRows = rowChange('page_links', { id: 'text', account_id: 'text' }, ({ from }) => ({
  change: `insert into page_links (id, account_id) select id, account_id from ${from} on conflict (id) do nothing`,
}));

export const linkStatements = (links: { id: string; account_id: string }[]): Statement[] => linkRows(links);

export async function linkPage(tx: Tx, id: string, account_id: string): Promise<void> {
  await runAll(tx, linkStatements([{ id, account_id }]));
}

export async function accountOfPage(query: Executor, id: string): Promise<string | undefined> {
  return (await query.selectFrom('page_links').select('account_id').where('id', '=', id).executeTakeFirst())
    ?.account_id;
}

const pageAccount = `
select ${accountColumns}
from page_links p join accounts a on a.account_id = p.account_id join merchants m on m.id = a.merchant_id
where p.id = $1`;

/** The account itself, by one read: with it begins every call of a hosted page. */
export async function findPageAccount(db: Db, id: string): Promise<Account | undefined> {
  const [row] = await db.point<AccountRow>({ name: 'page_account', text: pageAccount, values: [id] });
  return row && toAccount(row);
}

export async function unlinkPages(tx: Tx, ids: string[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom('page_links').where('id', 'in', ids).execute();
}
