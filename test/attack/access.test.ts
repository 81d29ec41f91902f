// Who may call what: every route, as every role, as each kind of key, and as nobody. What is expected is written down here from the
// documented matrix, not asked of the code; what no menu names is open to nobody.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { peopleRoutes } from '../../src/api/native/people-routes.ts';
import { routes as keyRoutes } from '../../src/api/native/routes.ts';
import { areas, matrix, menus, type Role, roles, scopesOf } from '../../src/identity/roles.ts';
import { documentedScopes, isScope, openedBy, scopeNames } from '../../src/identity/scopes.ts';
import { must } from '../../src/kit/assert.ts';
import { type Person, signedIn, visit } from '../kit/people.ts';
import { openWorld, type World } from '../kit/world.ts';

const routes = [...keyRoutes, ...peopleRoutes];

/** As published: Transactions, Balances, Customers, Subscriptions, Products, Developers, Settings. */
const published = `
  transactions  | Full Access | Read Only   | Full Access | Full
  balances      | Full Access | No Access   | No Access   | Full
  customers     | Full Access | Read Only   | Limited     | Read Only
  subscriptions | Full Access | Read Only   | Full Access | Read Only
  products      | Full Access | Read Only   | Full Access | Read Only
  developers    | Full Access | Full Access | No Access   | No Access
  settings      | Full Access | Limited     | Limited     | Limited`;
const words = { 'Full Access': 'full', Full: 'full', 'Read Only': 'read', Limited: 'limited', 'No Access': 'none' };
const expectedMatrix = Object.fromEntries(
  published
    .trim()
    .split('\n')
    .map((line) => {
      const [menu = '', ...cells] = line.split('|').map((cell) => cell.trim());
      return [menu, Object.fromEntries(roles.map((role, i) => [role, words[cells[i] as keyof typeof words]]))];
    }),
) as Record<string, Record<Role, string>>;

/** What "limited" opens, operation by operation (docs/roles.md). */
const limitedTo: Record<string, RegExp> = {
  customers: /^(customers\.(create|list|get|update)|payment_methods\.(list|get)|card_setups\.get)$/,
  settings: /^(account\.get|merchants\.(list|get)|profile\.\w+|session\.\w+|user_sessions\.\w+)$/,
};

const menuOf = (scope: string): string | undefined => {
  const [area = ''] = scope.split(':');
  return menus.find((menu) => areas[menu].includes(area));
};

function expected(role: Role, op: { name: string; scope: string }): boolean {
  const menu = menuOf(op.scope);
  if (menu === undefined) return false;
  const level = expectedMatrix[menu]?.[role];
  if (level === 'full') return true;
  if (level === 'read') return op.scope.endsWith(':read');
  return level === 'limited' && must(limitedTo[menu], `limited is written down for ${menu}`).test(op.name);
}

let w: World;
const people = new Map<string, Person>();
before(async () => {
  w = await openWorld({ config: { rate_limit: { per_second: 1_000_000, burst: 1_000_000 } } });
  for (const role of roles) people.set(role, await signedIn(w, [role]));
  people.set('installation', await signedIn(w, ['finance'], { installation_admin: true }));
});
after(() => w.close());

const pathOf = (path: string) => path.replaceAll(/\{\w+\}/g, 'x');
const writes = (method: string) => method === 'POST' || method === 'PATCH';

const holders = new Map<string, Promise<string>>();

/** What a program with these scopes sends: a limited API key, or a token of an access key. */
function holding(kind: 'key' | 'token', scopes: readonly string[]): Promise<string> {
  const name = `${kind} ${scopes.join(' ')}`;
  const held = holders.get(name) ?? make(kind, scopes);
  holders.set(name, held);
  return held;
}

async function make(kind: 'key' | 'token', scopes: readonly string[]): Promise<string> {
  if (kind === 'key') {
    const reply = await w.call('POST', '/v1/api_keys', { kind: 'secret', name: 'limited', scopes });
    return must(reply.body.key, reply.text);
  }
  const { body } = await w.call('POST', '/v1/access_keys', { name: 'program', scopes });
  const form = { grant_type: 'client_credentials', client_id: body.id, client_secret: body.secret };
  const asked = await w.app.server.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(form).toString(),
  });
  return must(asked.json().access_token, asked.body);
}

/** A parameter that no operation knows: who may call is told 400, and nothing happens. */
const ask = (method: string, path: string, options: { cookie?: string; headers?: Record<string, string> }) =>
  writes(method)
    ? visit(w, method, pathOf(path), { zzz: 1 }, options)
    : visit(w, method, `${pathOf(path)}?zzz=1`, undefined, options);

test('the table of roles is the published matrix', () => {
  assert.deepEqual(matrix, expectedMatrix);
});

test('every scope belongs to one menu; what belongs to none is held by nobody', () => {
  for (const { op } of routes) {
    const found = menus.filter((menu) => areas[menu].includes(op.scope.split(':')[0] ?? ''));
    const special = op.scope.startsWith('visitor:') || op.scope.startsWith('installation:');
    assert.equal(found.length, special ? 0 : 1, `${op.name} (${op.scope}): place its area in src/identity/roles.ts`);
    if (op.scope.startsWith('visitor:')) assert.deepEqual(op.actors, ['visitor']);
  }
  const all = Object.values(areas).flat();
  assert.equal(new Set(all).size, all.length, 'an area stands in one menu');
  assert.ok(![...scopesOf(roles)].some((scope) => scope.startsWith('installation') || scope.startsWith('visitor')));
  assert.deepEqual([...scopesOf(['owner', 'root', ''])], [], 'a role nobody knows holds nothing');
});

describe('every route', () => {
  for (const route of routes) {
    const { op, method, path } = route;
    test(`${method} ${path} (${op.scope}) opens to whom it should and to nobody else`, async () => {
      const open = (who: string, status: number, code: string, allowed: boolean) => {
        const seen = `${who}: ${status} ${code}`;
        if (allowed) assert.deepEqual([status, code], [400, 'parameter_unknown'], seen);
        else assert.deepEqual([status, code], [403, 'permission_denied'], seen);
      };
      const for_visitors = op.actors.includes('visitor');
      const for_people = op.actors.includes('user') || op.actors.includes('secret');
      for (const role of roles) {
        const { cookie } = must(people.get(role), role);
        const reply = await ask(method, path, { cookie });
        open(role, reply.status, reply.body.code, for_visitors || (for_people && expected(role, op)));
      }
      const installation = must(people.get('installation'), 'the installation has an administrator');
      const reply = await ask(method, path, { cookie: installation.cookie });
      const theirs = op.scope.startsWith('installation:') || expected('finance', op);
      open('installation', reply.status, reply.body.code, for_visitors || (for_people && theirs));
      for (const [kind, key] of [
        ['secret', w.tenant.secret],
        ['publishable', w.tenant.publishable],
      ] as const) {
        const by_key = await ask(method, path, { headers: { authorization: `Bearer ${key}` } });
        open(kind, by_key.status, by_key.body.code, for_visitors || op.actors.includes(kind));
      }
      const [area = ''] = op.scope.split(':');
      const opens = (name: string) => openedBy([name]).has(op.scope) || openedBy([name]).has(op.name);
      const without = scopeNames.filter((name) => !opens(name));
      for (const [what, scopes, allowed] of [
        ['its scope', [op.scope], true],
        ['its area', [area], true],
        ['every scope but its own', without, false],
      ] as const) {
        // What only people do has no scope that a program could be given.
        if (allowed && !isScope(op.scope)) continue;
        for (const kind of ['key', 'token'] as const) {
          const bearer = await holding(kind, scopes);
          const limited = await ask(method, path, { headers: { authorization: `Bearer ${bearer}` } });
          const may = for_visitors || (allowed && op.actors.includes('secret'));
          open(`a ${kind} with ${what}`, limited.status, limited.body.code, may);
        }
      }
      const nobody = await ask(method, path, {});
      if (for_visitors) open('nobody', nobody.status, nobody.body.code, true);
      else assert.deepEqual([nobody.status, nobody.body.code], [401, 'authentication_required']);
    });
  }
});

describe('every documented scope', () => {
  for (const [name, opened] of Object.entries(documentedScopes)) {
    test(`${name} opens ${opened.join(', ') || 'nothing'}, and nothing else`, async () => {
      const authorization = `Bearer ${await holding('key', [name])}`;
      const found: string[] = [];
      for (const { op, method, path } of keyRoutes) {
        if (!op.actors.includes('secret')) continue;
        // What opens nothing is refused before anything is looked at: a few of all routes say so as well.
        if (opened.length === 0 && !/^(payments|payouts|api_keys)\./.test(op.name)) continue;
        const { status, body } = await ask(method, path, { headers: { authorization } });
        if (status !== 403) found.push(op.name);
        else assert.equal(body.code, 'permission_denied');
      }
      const due = keyRoutes.filter(
        ({ op }) => op.actors.includes('secret') && (opened.includes(op.scope) || opened.includes(op.name)),
      );
      assert.deepEqual(found.sort(), due.map(({ op }) => op.name).sort());
    });
  }
});

test('several roles may do what one of them may', async () => {
  const both = await signedIn(w, ['developer', 'operations']);
  const scopes = scopesOf(['developer', 'operations']);
  for (const scope of ['payments:write', 'api_keys:write', 'customers:write']) assert.ok(scopes.has(scope), scope);
  for (const scope of ['balances:read', 'users:read']) assert.ok(!scopes.has(scope), scope);
  assert.ok(scopes.has('!customers.delete'), 'reading as a developer gives no deleting back');
  assert.ok(!scopesOf(['operations', 'admin']).has('!customers.delete'), 'full access does');
  assert.equal((await ask('POST', '/v1/api_keys', { cookie: both.cookie })).status, 400);
  assert.equal((await ask('DELETE', '/v1/customers/{id}', { cookie: both.cookie })).status, 403);
});

describe('an account', () => {
  test('is chosen by the header: sandbox first, live when asked, another company’s never', async () => {
    const { cookie } = must(people.get('admin'), 'admin');
    const at = (account?: string) =>
      visit(w, 'GET', '/v1/account', undefined, { cookie, ...(account === undefined ? {} : { account }) });
    assert.equal((await at()).body.id, w.tenant.account.account_id);
    assert.equal((await at(w.tenant.live_account_id)).body.id, w.tenant.live_account_id);
    for (const theirs of [w.other.account.account_id, w.other.live_account_id, 'acct_x', '', '%00']) {
      const reply = await at(theirs);
      assert.deepEqual([reply.status, reply.body.code, reply.body.param], [404, 'not_found', 'Florin-Account']);
      assert.ok(!reply.text.includes('Other Goods'));
    }
  });

  test('of a merchant that was not granted is closed, also in the own company', async () => {
    const admin = must(people.get('admin'), 'admin');
    const finance = must(people.get('finance'), 'finance');
    const made = await visit(w, 'POST', '/v1/merchants', { name: 'Second', currency: 'EUR' }, { cookie: admin.cookie });
    assert.equal(made.status, 201, made.text);
    const account = made.body.accounts[0].id;
    const read = (cookie: string) => visit(w, 'GET', '/v1/payments', undefined, { cookie, account });
    assert.equal((await read(admin.cookie)).status, 200);
    assert.equal((await read(finance.cookie)).status, 404);
  });

  test('people of another company are as unknown as those that never were', async () => {
    const theirs = await signedIn(w, ['admin'], { tenant: w.other });
    const { cookie } = must(people.get('admin'), 'admin');
    const paths = peopleRoutes.filter(
      (r) => /^\/v1\/(users|merchants)\/\{id\}/.test(r.path) && r.op.name !== 'merchants.approve',
    );
    assert.ok(paths.length > 10);
    for (const { method, path } of paths) {
      const id = path.includes('users') ? theirs.id : w.other.account.merchant_id;
      const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
      const body = path.endsWith('/logo') ? { content_base64: pixel } : {};
      const reply = await visit(w, method, path.replace('{id}', id), writes(method) ? body : undefined, { cookie });
      assert.deepEqual([reply.status, reply.body.code], [404, 'not_found'], `${method} ${path}: ${reply.text}`);
      assert.ok(!reply.text.includes(theirs.email));
    }
    const session = await visit(w, 'GET', '/v1/session', undefined, { cookie: theirs.cookie });
    assert.equal(session.status, 200, 'and nothing was done to them');
    const listed = await visit(w, 'GET', '/v1/users', undefined, { cookie });
    assert.ok(!listed.text.includes(theirs.email));
    const log = await visit(w, 'GET', '/v1/audit_events', undefined, { cookie });
    assert.ok(!log.text.includes(theirs.email));
    const mix = { email: 'new@example.com', roles: ['admin'], merchants: [w.other.account.merchant_id] };
    assert.equal((await visit(w, 'POST', '/v1/users', mix, { cookie })).body.code, 'not_found');
  });
});

test('a file shows a person what their menus show', async () => {
  for (const [role, type, status] of [
    ['operations', 'payments', 200],
    ['operations', 'disputes', 200],
    ['operations', 'settlements', 403],
    ['developer', 'statement', 403],
    ['finance', 'statement', 200],
  ] as const) {
    const reply = await visit(w, 'GET', `/v1/reports/${type}`, undefined, {
      cookie: must(people.get(role), role).cookie,
    });
    assert.equal(reply.status, status, `${role} asks for ${type}`);
  }
});
