// How long a provider is waited for, whatever it is asked.

import { ProviderTimeout } from '../connectors/provider-timeout.ts';
import type { Env } from '../operation/context.ts';

/** Rejects when the provider has not answered within the setting. */
export async function inTime<T>(env: Env, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, fail) => {
    timer = setTimeout(
      () => fail(new ProviderTimeout('provider', 'no answer in time')),
      env.config.provider_timeout_ms,
    );
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
