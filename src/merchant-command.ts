// `florin merchants`: which merchants wait for the installation's review, and the word that ends the wait. No business here.

import { parseArgs } from 'node:util';
import type { Tools } from './book-commands.ts';
import { ConfigError } from './config.ts';
import { operate } from './operator.ts';

export async function merchantsCommand({ env, say }: Tools, args: string[]): Promise<void> {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [verb = 'list', id] = positionals;
  if (verb === 'list') {
    const waiting = await env.db.query
      .selectFrom('merchants')
      .innerJoin('companies', 'companies.id', 'merchants.company_id')
      .select(['merchants.id', 'merchants.name', 'companies.name as company', 'merchants.created_at'])
      .where('status', '=', 'pending_review')
      .orderBy('merchants.id')
      .execute();
    if (waiting.length === 0) say('No merchant waits for review.');
    for (const row of waiting) say(`${row.id}  ${row.name} of ${row.company}, since ${row.created_at.toISOString()}`);
    return;
  }
  if (!['approve', 'disable', 'enable'].includes(verb) || id === undefined)
    throw new ConfigError('The command is: merchants, or merchants approve mcht_… (disable and enable work alike)');
  const account = await env.db.query
    .selectFrom('accounts')
    .select('account_id')
    .where('merchant_id', '=', id)
    .where('mode', '=', 'live')
    .executeTakeFirst();
  if (!account) throw new ConfigError(`There is no merchant ${id}.`);
  // In the name of the merchant's own account, so that it stands in its company's audit log.
  say(await operate(env, { name: `merchants.${verb}`, account_id: account.account_id, json: JSON.stringify({ id }) }));
}
