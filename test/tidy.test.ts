// The plan of the house as a test: imports run one way, rooms keep to their tables, files stay small, and nothing private is told.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && ending.test(entry.name) && !/node_modules|[\\/]dist([\\/]|$)/.test(entry.parentPath),
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const code = filesUnder('src', /\.ts$/);
const ours = code.filter(
  (file) => !file.endsWith('.test.ts') && file !== 'src/db/types.ts' && !file.endsWith('fixture.ts'),
);

/** Lower ones first: a room may import what stands before it. */
const order = [
  'kit',
  'connectors',
  'config',
  'db',
  'operation',
  'events',
  'ledger',
  'mail',
  'identity',
  'requests',
  'customers',
  'meters',
  'catalog',
  'coupons',
  'fx',
  'risk',
  'vault',
  'payments',
  'disputes',
  'settlements',
  'payouts',
  'inbound',
  'webhooks',
  'checkout',
  'billing',
  'notifications',
  'travel',
  'wallets',
  'portal',
  'reports',
  'simulator-store',
  'simulator-report',
  'simulator-invoices',
  'simulated-bank-store',
  'verify',
  'reactions',
  'worker',
  'env',
  'api',
  'app',
  'sandbox',
  'operator',
  'book-commands',
  'merchant-command',
  'welcome',
  'main',
];

const roomOf = (file: string) => file.split('/')[1]?.replace(/\.ts$/, '') ?? '';

function importsOf(file: string): string[] {
  return [...read(file).matchAll(/^\s*(?:import|export)\b[^;]*?from '(\.[^']+)';|^import '(\.[^']+)';/gm)].map(
    (match) => relative(root, resolve(root, dirname(file), match[1] ?? match[2] ?? '')),
  );
}

/** Types flow down too: the context names what the process carries. */
const allowed = new Set([
  'src/operation/context.ts -> src/config.ts',
  'src/operation/context.ts -> src/connectors/connector.ts',
  'src/operation/fields.ts -> src/connectors/connector.ts',
]);

test('imports run one way through the rooms', () => {
  const wrong: string[] = [];
  for (const file of ours) {
    const from = order.indexOf(roomOf(file));
    assert.notEqual(from, -1, `${file} stands in a room of the plan (test/tidy.test.ts)`);
    for (const target of importsOf(file)) {
      if (!target.startsWith('src/')) continue;
      const to = order.indexOf(roomOf(target));
      if (to > from && !allowed.has(`${file} -> ${target}`)) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('kit imports nothing of ours, connectors import kit only', () => {
  const wrong = ours.flatMap((file) =>
    importsOf(file)
      .filter(
        (target) =>
          (roomOf(file) === 'kit' && !target.startsWith('src/kit/')) ||
          (roomOf(file) === 'connectors' && !/^src\/(kit|connectors)\//.test(target)),
      )
      .map((target) => `${file} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

const owners: Record<string, string> = {
  companies: 'identity',
  merchants: 'identity',
  accounts: 'identity',
  api_keys: 'identity',
  api_key_hashes: 'identity',
  access_keys: 'identity',
  access_key_secrets: 'identity',
  signing_keys: 'identity',
  request_logs: 'requests',
  users: 'identity',
  user_merchants: 'identity',
  user_sessions: 'identity',
  user_tokens: 'identity',
  recovery_codes: 'identity',
  reset_requests: 'identity',
  sign_in_tries: 'identity',
  pictures: 'identity',
  audit_begun: 'identity',
  audit_chains: 'identity',
  audit_events: 'identity',
  mails: 'mail',
  idempotency_keys: 'operation',
  events: 'events',
  outbox: 'events',
  balances: 'ledger',
  ledger_postings: 'ledger',
  ledger_seals: 'ledger',
  customers: 'customers',
  meters: 'meters',
  meter_closings: 'meters',
  meter_event_identifiers: 'meters',
  meter_events: 'meters',
  products: 'catalog',
  prices: 'catalog',
  price_snapshots: 'catalog',
  tax_rates: 'catalog',
  coupons: 'coupons',
  promotion_codes: 'coupons',
  coupon_redemptions: 'coupons',
  payment_links: 'checkout',
  fx_rate_snapshots: 'fx',
  fx_settings: 'fx',
  conversions: 'fx',
  billing_settings: 'billing',
  card_expiry_notices: 'billing',
  email_settings: 'notifications',
  customer_mails: 'notifications',
  mail_causes: 'notifications',
  billing_numbers: 'billing',
  test_clocks: 'billing',
  subscriptions: 'billing',
  invoices: 'billing',
  invoice_lines: 'billing',
  invoice_sellers: 'billing',
  credit_notes: 'billing',
  credit_note_lines: 'billing',
  portal_settings: 'portal',
  portal_sessions: 'portal',
  portal_link_requests: 'portal',
  vault_keys: 'vault',
  cards: 'vault',
  tokens: 'vault',
  payment_methods: 'vault',
  payments: 'payments',
  refunds: 'payments',
  attempts: 'payments',
  card_setups: 'payments',
  late_effects: 'payments',
  page_links: 'payments',
  bitcoin_invoices: 'payments',
  settlements: 'settlements',
  settlement_lines: 'settlements',
  checkout_sessions: 'checkout',
  webhook_endpoints: 'webhooks',
  deliveries: 'webhooks',
  delivery_tries: 'webhooks',
  simulator_calls: 'simulator-store',
  simulator_invoices: 'simulator-invoices',
  simulator_coins: 'simulator-invoices',
  disputes: 'disputes',
  fraud_warnings: 'disputes',
  files: 'disputes',
  file_contents: 'disputes',
  provider_cursors: 'disputes',
  provider_notices: 'disputes',
  simulator_disputes: 'simulator-store',
  simulator_places: 'simulator-store',
  simulator_notices: 'simulator-store',
  bank_accounts: 'payouts',
  payouts: 'payouts',
  simulator_transfers: 'simulated-bank-store',
  reconciliations: 'reports',
  reconciliation_lines: 'reports',
  reconciliation_exceptions: 'reports',
};

/** Written by another room, with the reason. */
const exceptions: Record<string, string> = {
  'src/payments/source.ts tokens': 'a token is used up in the very statement batch that records its payment',
  'src/vault/payment-method.ts customers': 'the first saved card becomes the default of its customer',
  'src/worker.ts outbox': 'the worker is the reader of the outbox',
};

test('a table is written by its own room only', () => {
  const wrong: string[] = [];
  for (const file of ours) {
    const text = read(file);
    for (const [table, owner] of Object.entries(owners)) {
      const writes = new RegExp(
        `(insertInto|updateTable|deleteFrom|insertRows|updateRows)\\(\\s*'${table}'|(insert into|update|delete from) ${table}\\b`,
      );
      if (writes.test(text) && roomOf(file) !== owner && !exceptions[`${file} ${table}`])
        wrong.push(`${file} writes ${table} of ${owner}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('only the vault and connectors touch a card number, and only the ledger writes postings', () => {
  const opens = ours.filter(
    (file) => /\bopenCard\b/.test(read(file)) && !/^src\/(vault\/|payments\/source\.ts)/.test(file),
  );
  assert.deepEqual(opens, []);
});

test('every file opens with its duty and stays small', () => {
  const silent = ours.filter((file) => !/^(\/\/ |\/\*\*)/.test(read(file)));
  assert.deepEqual(silent, [], 'files without a header sentence');
  const large = [
    ...ours,
    ...filesUnder('web', /\.tsx?$/),
    ...filesUnder('examples', /\.ts$/),
    ...filesUnder('sdk', /\.ts$/).filter((file) => !file.startsWith('sdk/server/src/generated/')),
    ...filesUnder('bench', /\.ts$/),
  ].filter((file) => read(file).split('\n').length > 401);
  assert.deepEqual(large, [], 'files over 400 lines');
});

test('business time comes from the clock, settings from config', () => {
  const wrong = ours.filter((file) => {
    const text = read(file).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    if (/\bprocess\.env\b/.test(text) && !/^src\/(main|config|db\/embedded)/.test(file)) return true;
    return /\bDate\.now\(\)|new Date\(\)/.test(text) && !/^src\/(kit\/clock|db\/embedded|kit\/outbound)/.test(file);
  });
  assert.deepEqual(wrong, []);
});

test('every hot or business statement names its account', () => {
  // Ids alone never find a row: each Kysely read or write of a business table is followed by a condition on account_id.
  const wrong: string[] = [];
  for (const file of ours) {
    for (const match of read(file).matchAll(
      /\.(selectFrom|updateTable|deleteFrom)\('(\w+)'\)([\s\S]*?)(?:\.execute|;\n)/g,
    )) {
      const [, , table = '', rest = ''] = match;
      const shared = [
        'companies',
        'merchants',
        'accounts',
        'api_key_hashes',
        'page_links',
        'schema_migrations',
        // People and what they did are data of the installation, kept by company (migrations/0019).
        'users',
        'user_merchants',
        'user_sessions',
        'user_tokens',
        'recovery_codes',
        'reset_requests',
        'sign_in_tries',
        'pictures',
        'audit_begun',
        'audit_chains',
        'audit_events',
        'mails',
        // What the installation signs by.
        'signing_keys',
      ].includes(table);
      if (!shared && owners[table] && !rest.includes('account_id')) wrong.push(`${file}: ${table}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('the tree tells of the product alone: no private paths, no registry hosts', () => {
  const folders = ['src', 'web', 'sdk', 'scripts', 'test', 'examples', 'bench', 'docs', 'migrations'].filter((folder) =>
    statSync(join(root, folder), { throwIfNoEntry: false }),
  );
  const files = [
    ...folders.flatMap((folder) => filesUnder(folder, /\.(ts|tsx|mjs|md|sql|json|css)$/)),
    'README.md',
    'package.json',
    'package-lock.json',
  ];
  const hosts = ['npm' + 'js.', 'debian' + '.org'];
  const wrong = files.filter((file) => {
    if (!statSync(join(root, file), { throwIfNoEntry: false })) return false;
    const text = read(file);
    return hosts.some((host) => text.includes(host)) || /(^|[\s'"`(])\/(work|farm|root)\//.test(text);
  });
  assert.deepEqual(wrong, []);
});
