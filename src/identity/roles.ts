// What each role may do: one table of menus and levels, and what a level means in scopes. Everything that asks "may this person"
// is answered from here; a scope that no menu names is held by nobody. docs/roles.md says the same in words. Pure.

export const roles = ['admin', 'developer', 'operations', 'finance'] as const;
export type Role = (typeof roles)[number];

export const menus = [
  'transactions',
  'balances',
  'customers',
  'subscriptions',
  'products',
  'developers',
  'settings',
] as const;
export type Menu = (typeof menus)[number];

export type Level = 'full' | 'read' | 'limited' | 'none';

export const matrix: Record<Menu, Record<Role, Level>> = {
  transactions: { admin: 'full', developer: 'read', operations: 'full', finance: 'full' },
  balances: { admin: 'full', developer: 'none', operations: 'none', finance: 'full' },
  customers: { admin: 'full', developer: 'read', operations: 'limited', finance: 'read' },
  subscriptions: { admin: 'full', developer: 'read', operations: 'full', finance: 'read' },
  products: { admin: 'full', developer: 'read', operations: 'full', finance: 'read' },
  developers: { admin: 'full', developer: 'full', operations: 'none', finance: 'none' },
  settings: { admin: 'full', developer: 'limited', operations: 'limited', finance: 'limited' },
};

/** The areas of each menu: `payments` stands for `payments:read` and `payments:write`. An area belongs to exactly one. */
export const areas: Record<Menu, readonly string[]> = {
  transactions: ['payments', 'refunds', 'disputes', 'files', 'checkout', 'checkout_sessions', 'tokens', 'reports'],
  balances: [
    'balances',
    'settlements',
    'bank_accounts',
    'payouts',
    'ledger',
    'reconciliations',
    'conversions',
    'fx_rates',
    'fx_settings',
  ],
  customers: ['customers', 'payment_methods'],
  subscriptions: [
    'subscriptions',
    'invoices',
    'credit_notes',
    'billing_settings',
    'emails',
    'test_clocks',
    'portal',
    'portal_sessions',
    'portal_settings',
  ],
  products: [
    'products',
    'prices',
    'meters',
    'meter_events',
    'tax_rates',
    'coupons',
    'promotion_codes',
    'payment_links',
  ],
  developers: ['api_keys', 'access_keys', 'webhook_endpoints', 'deliveries', 'events', 'request_logs'],
  settings: ['account', 'profile', 'merchants', 'users', 'audit_events'],
};

/** Held by the installation's own administrators, beside their roles. */
export const installationScopes = ['installation:read', 'installation:write'] as const;

/** What "limited" means where the matrix says it. `!name` takes one operation back. */
export const limited: Partial<Record<Menu, readonly string[]>> = {
  customers: ['customers:read', 'customers:write', 'payment_methods:read', '!customers.delete'],
  settings: ['account:read', 'merchants:read', 'profile:read', 'profile:write'],
};

export function scopesOfLevel(menu: Menu, level: Level): readonly string[] {
  switch (level) {
    case 'full':
      return areas[menu].flatMap((area) => [`${area}:read`, `${area}:write`]);
    case 'read':
      return areas[menu].map((area) => `${area}:read`);
    case 'limited':
      return limited[menu] ?? [];
    case 'none':
      return [];
  }
}

const isRole = (name: string): name is Role => (roles as readonly string[]).includes(name);

/** Several roles: whatever one of them may. What one role takes back, another with full access gives again. */
export function scopesOf(names: readonly string[], installation_admin = false): Set<string> {
  const held = new Set<string>(installation_admin ? installationScopes : []);
  const known = names.filter(isRole);
  for (const menu of menus) {
    const levels = new Set(known.map((role) => matrix[menu][role]));
    for (const level of levels) {
      for (const scope of scopesOfLevel(menu, level)) {
        if (!scope.startsWith('!') || !levels.has('full')) held.add(scope);
      }
    }
  }
  return held;
}
