// The dialects that are served beside our own. Whoever deletes a folder deletes its line here, and it is gone.

import type { WebhookDialects } from '../operation/context.ts';
import type { Dialect } from './dialect.ts';
import { vinr } from './vinr/index.ts';
import { wink } from './wink/index.ts';

export const dialects: readonly Dialect[] = [vinr, wink];

/** For the process that sends webhooks, which may be another than the one that serves requests. */
export const webhookDialects: WebhookDialects = Object.fromEntries(
  dialects.flatMap(({ name, webhooks }) => (webhooks ? [[name, webhooks]] : [])),
);

export const dialectAt = (url: string): Dialect | undefined =>
  dialects.find(({ base }) => url === base || url.startsWith(`${base}/`) || url.startsWith(`${base}?`));

/** What a client of a dialect sends with every call to show who it is. */
export const headersOf = (name: string, keys: { secret_key: string; merchant_id: string }): Record<string, string> =>
  Object.fromEntries(
    (dialects.find((dialect) => dialect.name === name)?.sandbox(keys) ?? []).map((header) => [
      header.name,
      header.value,
    ]),
  );
