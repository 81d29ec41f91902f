// A token stands for a card that was just typed. It is used once, within fifteen minutes. The CVC is never stored: it travels,
// sealed, inside the token's own text, and can only be opened by us, for that token.

import { minutes } from '../kit/clock.ts';
import { seal, unseal } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import type { Env } from '../operation/context.ts';

export const tokenLife = minutes(15);

export type ParsedToken = { id: string; cvc: string | undefined };

/** `tok_<id>` alone, or `tok_<id>~<sealed cvc>`. */
export function tokenText(env: Env, account_id: string, id: string, cvc: string | undefined): string {
  return cvc === undefined ? id : `${id}~${seal(env.keys.tokens, cvc, `${account_id} ${id}`).toString('base64url')}`;
}

export function parseToken(env: Env, account_id: string, text: string, param = 'token'): ParsedToken {
  const [id = '', sealed] = text.split('~');
  if (sealed === undefined) return { id, cvc: undefined };
  try {
    return {
      id,
      cvc: unseal(env.keys.tokens, Buffer.from(sealed, 'base64url'), `${account_id} ${id}`).toString('utf8'),
    };
  } catch (cause) {
    throw new Fault('parameter_invalid', 'This token is not whole. Send it exactly as the tokens call returned it.', {
      param,
      cause,
    });
  }
}
