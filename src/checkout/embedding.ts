// In whose pages a session may be shown: origins, checked when the session is made and asked for with every page of it. They end
// up in a policy header, so nothing but the plain form of an origin may pass.

import type { Executor } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Account } from '../operation/context.ts';

export type UiMode = 'hosted' | 'embedded';

/** A policy knows names and IPv4 addresses: a source with an IPv6 address, a wildcard or any other sign is none. */
const plain = /^https?:\/\/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?::[0-9]{1,5})?$/;

const loopback = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.[0-9]{1,3}){3})$/;

/** Undefined when a page of this origin may show a checkout, else why not and what to write. */
export function refusedOrigin(origin: string, mode: Account['mode']): string | undefined {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'must be the origin of a page, such as https://shop.example.com.';
  if (origin !== url.origin)
    return `must be an origin alone, with no path and no slash at the end: write ${plain.test(url.origin) ? url.origin : 'https://shop.example.com'}.`;
  if (!plain.test(origin))
    return 'must name one host, without wildcards; loopback is written as localhost or 127.0.0.1.';
  if (url.protocol === 'https:') return undefined;
  if (!loopback.test(url.hostname)) return 'must begin with https://. Only loopback addresses may do without.';
  return mode === 'sandbox'
    ? undefined
    : 'must begin with https://. Loopback addresses do without in the sandbox only.';
}

/** The origins of a new session, refused by name when one of them will not do. */
export function originsOf(
  input: { ui_mode?: UiMode; allowed_origins?: string[] },
  mode: Account['mode'],
): { ui_mode: UiMode; allowed_origins: string[] } {
  const { ui_mode = 'hosted', allowed_origins = [] } = input;
  if (ui_mode === 'hosted') {
    if (allowed_origins.length === 0) return { ui_mode, allowed_origins };
    throw new Fault(
      'parameter_invalid',
      "'allowed_origins' belongs to embedded sessions. Send ui_mode 'embedded', or leave it out.",
      { param: 'allowed_origins' },
    );
  }
  if (allowed_origins.length === 0) {
    throw new Fault(
      'parameter_missing',
      "'allowed_origins' is missing: name the origins of the pages that may embed this session, such as https://shop.example.com.",
      { param: 'allowed_origins' },
    );
  }
  for (const [i, origin] of allowed_origins.entries()) {
    const param = `allowed_origins[${i}]`;
    const refused = refusedOrigin(origin, mode);
    if (refused) throw new Fault('parameter_invalid', `'${param}' ${refused}`, { param });
    if (allowed_origins.indexOf(origin) !== i)
      throw new Fault('parameter_invalid', `'${param}' is in the list already. Name each origin once.`, { param });
  }
  return { ui_mode, allowed_origins };
}

/** Who may frame the pages of `/pay/{id}`; nobody when it is no embedded session. */
export async function framersOf(query: Executor, account_id: string, id: string): Promise<string[]> {
  if (!id.startsWith('sess_')) return [];
  const row = await query
    .selectFrom('checkout_sessions')
    .select('allowed_origins')
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.allowed_origins ?? [];
}
