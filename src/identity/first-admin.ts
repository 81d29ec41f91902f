// The first administrator of an installation that has nobody yet: made at the first start, with a password that is printed once on the
// operator's own screen. Until somebody has signed in with it, each start makes a new one.

import { newId, secretText } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';
import { hashPassword } from './password.ts';

export type FirstAdmin = {
  email: string;
  /** Undefined: somebody signed in already, and the password is theirs alone. */
  password: string | undefined;
};

/** Twenty letters in four groups: 119 bits. */
const newPassword = (env: Env): string => secretText(20, env.random).match(/.{5}/g)?.join('-') ?? '';

export async function openFirstAdmin(env: Env, account_id: string): Promise<FirstAdmin> {
  const first = await env.db.query
    .selectFrom('users')
    .select(['id', 'email', 'last_sign_in_at', 'password_temporary', 'installation_admin'])
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (first && (first.last_sign_in_at || !first.password_temporary || !first.installation_admin))
    return { email: first.email, password: undefined };
  const password = newPassword(env);
  const password_hash = await hashPassword(password);
  return await env.db.tx(async (tx) => {
    if (first) {
      const renewed = await tx
        .updateTable('users')
        .set({ password_hash })
        .where('id', '=', first.id)
        .where('last_sign_in_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      return { email: first.email, password: renewed ? password : undefined };
    }
    const { company_id } = await tx
      .selectFrom('accounts')
      .innerJoin('merchants', 'merchants.id', 'accounts.merchant_id')
      .select('merchants.company_id')
      .where('accounts.account_id', '=', account_id)
      .executeTakeFirstOrThrow();
    const id = newId('user', env);
    const email = env.config.admin_email;
    await tx
      .insertInto('users')
      .values({
        id,
        company_id,
        email,
        roles: ['admin'],
        installation_admin: true,
        status: 'active',
        password_hash,
        password_temporary: true,
        created_at: env.clock.now(),
      })
      .execute();
    const merchants = await tx.selectFrom('merchants').select('id').where('company_id', '=', company_id).execute();
    await tx
      .insertInto('user_merchants')
      .values(merchants.map((merchant) => ({ user_id: id, merchant_id: merchant.id })))
      .execute();
    return { email, password };
  });
}
