// Who calls the Wink dialect: a merchant id and a secret key, each in a header of its own, which must belong together. The key says
// whether it is the sandbox or production.

import type { FastifyRequest } from 'fastify';
import type { Authenticator } from '../../identity/authenticate.ts';
import { Fault } from '../../kit/fault.ts';
import type { Ctx, Env } from '../../operation/context.ts';

const environments: Record<string, 'test' | 'live'> = {
  test: 'test',
  sandbox: 'test',
  live: 'live',
  prod: 'live',
  production: 'live',
};

/** `mcht_01…` is written `merchant-01…`. */
export const merchantText = (merchant_id: string) => merchant_id.replace(/^mcht_/, 'merchant-');
/** `sk_test_…` is written `sk-test-…`. */
export const keyText = (key: string) => key.replaceAll('_', '-');

/** Wink's spelling of a secret key as our own; undefined when it is not spelled like one. */
export function keyOf(text: string): string | undefined {
  const [, name = '', body] = /^sk-([a-z]+)-([A-Za-z0-9]{40})$/.exec(text) ?? [];
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
  return environment && `sk_${environment}_${body}`;
}

export async function contextOf(env: Env, authenticator: Authenticator, request: FastifyRequest): Promise<Ctx> {
  const merchant = headerOf(request, 'X-Wink-MerchantId', 'merchant-…');
  const secret = headerOf(request, 'X-Wink-SecretKey', 'sk-test-… or sk-live-…');
  if (!/^merchant-[0-9a-z]{26}$/.test(merchant)) {
    throw invalid(
      'X-Wink-MerchantId',
      'This is not spelled like a merchant id: merchant-… with 26 characters after it.',
    );
  }
  if (secret.startsWith('pk')) {
    throw invalid(
      'X-Wink-SecretKey',
      'This is not a secret key. Call from your server with a key that begins with sk-.',
    );
  }
  const key = keyOf(secret);
  if (key === undefined) {
    throw invalid(
      'X-Wink-SecretKey',
      'This is not spelled like a secret key: sk-test-… or sk-live-…, with 40 characters after it.',
    );
  }
  const { account, actor } = await authenticator.identify(key, request.ip);
  if (merchantText(account.merchant_id) !== merchant) {
    throw invalid('X-Wink-MerchantId', 'The merchant id and the secret key do not belong together.');
  }
  return { env, account, actor, request_id: request.id };
}

function headerOf(request: FastifyRequest, name: string, example: string): string {
  const value = request.headers[name.toLowerCase()];
  if (typeof value === 'string' && value !== '') return value;
  throw new Fault('authentication_required', `Send the header ${name}: ${example}`, { param: name });
}

const invalid = (param: string, message: string) => new Fault('key_invalid', message, { param });
