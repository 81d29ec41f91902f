// Settings: read once from the environment, checked, and handed on as a value. Nothing else reads process.env.

import { resolve } from 'node:path';

export type Config = {
  /** Folder of the embedded database, keys and caches. */
  home: string;
  database_url: string | undefined;
  host: string;
  port: number;
  /** Port of the example shop; it runs only beside the embedded sandbox. */
  shop_port: number;
  /** The wire format that the example shop speaks. */
  shop_api: string;
  /** What customers' browsers reach us by; made from host and port when not set. */
  public_url: string;
  log_level: string;
  /** Addresses whose X-Forwarded-For is believed, as CIDR ranges. */
  trusted_proxies: string[];
  /** Root key, 32 bytes in base64; made and kept in `home` when not set. */
  root_key: string | undefined;
  /** Ranges our own requests may reach although they are not public. Sandbox default: loopback. */
  outbound_allow: string[];
  simulator_latency_ms: number;
  provider_timeout_ms: number;
  pool_size: number;
  rate_limit: { per_second: number; burst: number };
  /** Whether every call is written down, to be searched for thirty days. */
  request_log: boolean;
  /** Where the day's exchange rates are fetched; undefined: nowhere, and what is there stays in use until it is too old. */
  fx_rates_url: string | undefined;
  /** Live amounts are converted by no rate older than so many days. */
  fx_rates_max_age_days: number;
  /** Where mail is handed in, such as smtps://user:password@mail.example.com; without it mail waits in the local mailbox. */
  smtp_url: string | undefined;
  mail_from: string;
  /** Who the first administrator is, when there is nobody yet. */
  admin_email: string;
  /** How long a sign-in lasts, and how long it lasts unused. */
  session: { hours: number; idle_minutes: number };
};

export class ConfigError extends Error {
  override name = 'ConfigError';
}

const root = resolve(import.meta.dirname, '..');

export function readConfig(env: Record<string, string | undefined>): Config {
  const port = integer(env, 'PORT', 4242, 0, 65_535);
  const host = env.HOST ?? '127.0.0.1';
  return {
    home: resolve(env.FLORIN_HOME ?? resolve(root, '.florin')),
    database_url: env.DATABASE_URL || undefined,
    host,
    port,
    shop_port: integer(env, 'SHOP_PORT', port === 0 ? 0 : port + 1, 0, 65_535),
    shop_api: oneOf(env, 'SHOP_API', 'florin', ['florin', 'wink']),
    public_url:
      url(env, 'PUBLIC_URL') ?? `http://${host === '0.0.0.0' || host === '127.0.0.1' ? 'localhost' : host}:${port}`,
    log_level: oneOf(env, 'LOG_LEVEL', 'warn', ['debug', 'info', 'warn', 'error', 'silent']),
    trusted_proxies: list(env.TRUSTED_PROXIES),
    root_key: env.FLORIN_ROOT_KEY || undefined,
    outbound_allow: env.OUTBOUND_ALLOW === undefined ? ['127.0.0.0/8', '::1/128'] : list(env.OUTBOUND_ALLOW),
    simulator_latency_ms: integer(env, 'SIMULATOR_LATENCY_MS', 0, 0, 600_000),
    provider_timeout_ms: integer(env, 'PROVIDER_TIMEOUT_MS', 20_000, 10, 600_000),
    pool_size: integer(env, 'POOL_SIZE', 16, 2, 200),
    rate_limit: {
      per_second: integer(env, 'RATE_LIMIT_PER_SECOND', 500, 1, 1_000_000),
      burst: integer(env, 'RATE_LIMIT_BURST', 1_000, 1, 1_000_000),
    },
    request_log: oneOf(env, 'REQUEST_LOG', 'on', ['on', 'off']) === 'on',
    fx_rates_url: ratesUrl(env.FX_RATES_URL),
    fx_rates_max_age_days: integer(env, 'FX_RATES_MAX_AGE_DAYS', 7, 1, 365),
    smtp_url: smtp(env.SMTP_URL),
    mail_from: env.MAIL_FROM || 'Florin <florin@localhost>',
    admin_email: address(env, 'ADMIN_EMAIL', 'admin@localhost'),
    session: {
      hours: integer(env, 'SESSION_HOURS', 168, 1, 8_760),
      idle_minutes: integer(env, 'SESSION_IDLE_MINUTES', 480, 1, 525_600),
    },
  };
}

const european_central_bank = 'https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml';

function ratesUrl(text: string | undefined): string | undefined {
  if (!text) return european_central_bank;
  if (text === 'off') return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ConfigError(`FX_RATES_URL is '${text}': set it to a full address, or to 'off'.`);
  return text;
}

function smtp(text: string | undefined): string | undefined {
  if (!text) return undefined;
  // The text may hold a password, so it is not repeated.
  if (!URL.canParse(text) || !/^smtps?:$/.test(new URL(text).protocol))
    throw new ConfigError('SMTP_URL must be an address such as smtps://user:password@mail.example.com:465.');
  return text;
}

function address(env: Record<string, string | undefined>, name: string, fallback: string): string {
  const text = (env[name] || fallback).trim().toLowerCase();
  if (!/^[^\s@]{1,64}@[^\s@]{1,190}$/.test(text)) throw new ConfigError(`${name} must be an e-mail address.`);
  return text;
}

function integer(
  env: Record<string, string | undefined>,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ConfigError(`${name} is '${text}': set it to a whole number from ${min} to ${max}.`);
  }
  return value;
}

function oneOf(env: Record<string, string | undefined>, name: string, fallback: string, choices: string[]): string {
  const text = env[name] || fallback;
  if (!choices.includes(text)) throw new ConfigError(`${name} is '${text}': set it to one of ${choices.join(', ')}.`);
  return text;
}

function url(env: Record<string, string | undefined>, name: string): string | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (!URL.canParse(text))
    throw new ConfigError(`${name} is '${text}': set it to a full address such as https://pay.example.com.`);
  return text.replace(/\/+$/, '');
}

const list = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
