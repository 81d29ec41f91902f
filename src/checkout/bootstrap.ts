// What the browser SDK asks first: where this key's checkout is, and whether the asking page may embed it.

import Type from 'typebox';
import { nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { refusedOrigin } from './embedding.ts';

export const bootstrapSdk = operation({
  name: 'sdk.bootstrap',
  scope: 'checkout_sessions:read',
  actors: ['secret', 'publishable', 'system'],
  kind: 'read',
  summary: 'Start the browser SDK',
  description:
    'Asked by `loadFlorin` of `@florin/js` with a publishable key. Whether a page may really embed a session is decided by the ' +
    'session’s own `allowed_origins`; this tells what no session could allow.',
  input: Type.Object(
    {
      origin: Type.Optional(
        Type.String({ minLength: 1, maxLength: 255, description: 'Origin of the page that asks.' }),
      ),
      locale: Type.Optional(
        Type.String({
          minLength: 2,
          maxLength: 35,
          pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
          description: 'a BCP 47 tag such as en or pt-BR',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object(
    {
      object: Type.Literal('sdk_bootstrap'),
      environment: Type.Enum(['sandbox', 'production'], { description: 'What the key opens.' }),
      checkout_base_url: Type.String({ description: 'The page of a session is at `/pay/{id}` below it.' }),
      embedded: Type.Object({
        enabled: Type.Boolean({
          description: 'Whether a page of `origin` can embed a session at all: https, or loopback in the sandbox.',
        }),
      }),
      locale: nullable(Type.String({ description: 'As it was sent.' })),
    },
    { title: 'SDK bootstrap' },
  ),
  faults: ['parameter_invalid'],
  run: async ({ env, account }, { origin, locale }) => ({
    object: 'sdk_bootstrap' as const,
    environment: account.mode === 'sandbox' ? ('sandbox' as const) : ('production' as const),
    checkout_base_url: env.config.public_url,
    embedded: { enabled: origin === undefined || refusedOrigin(origin, account.mode) === undefined },
    locale: locale ?? null,
  }),
});
