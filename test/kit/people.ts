// People for tests: somebody with roles in a tenant's company, signed in through the front door, and calls as a browser makes them.

import assert from 'node:assert/strict';
import { generateSync } from 'otplib';
import { hashPassword } from '../../src/identity/password.ts';
import type { Role } from '../../src/identity/roles.ts';
import { startSession } from '../../src/identity/session.ts';
import { must } from '../../src/kit/assert.ts';
import { newId } from '../../src/kit/id.ts';
import type { Origin } from '../../src/operation/context.ts';
import type { Reply, Tenant, World } from './world.ts';

export const origin = 'http://florin.test';
export const password = 'velvet-orbit-lantern-93';

export type Visit = {
  cookie?: string | undefined;
  account?: string;
  headers?: Record<string, string>;
  address?: string;
};

/** As a browser on our own page: cookie, no key, and the Origin of the page. */
export async function visit(
  w: World,
  method: string,
  path: string,
  body?: unknown,
  options: Visit = {},
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
): Promise<Reply<any>> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const response = await w.app.server.inject({
    method: method as 'GET',
    url: path,
    remoteAddress: options.address ?? '198.51.100.7',
    headers: {
      origin,
      'user-agent': 'Test Browser 1.0',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.cookie === undefined ? {} : { cookie: `other=1; florin_session=${options.cookie}` }),
      ...(options.account === undefined ? {} : { 'florin-account': options.account }),
      ...options.headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  const text = response.body;
  return {
    status: response.statusCode,
    headers: response.headers as Reply['headers'],
    text,
    body: text.startsWith('{') ? JSON.parse(text) : {},
  };
}

export type Person = { id: string; email: string; cookie: string; secret: string; recovery_codes: string[] };

let hashed: Promise<string> | undefined;
let count = 0;

/** Active, with the password above; has never signed in. */
export async function addPerson(
  w: World,
  roles: Role[],
  input: { tenant?: Tenant; installation_admin?: boolean; email?: string } = {},
): Promise<{ id: string; email: string }> {
  const tenant = input.tenant ?? w.tenant;
  hashed ??= hashPassword(password);
  const password_hash = await hashed;
  const { merchant_id } = tenant.account;
  const { company_id } = await w.env.db.query
    .selectFrom('merchants')
    .select('company_id')
    .where('id', '=', merchant_id)
    .executeTakeFirstOrThrow();
  count += 1;
  const id = newId('user', w.env);
  const email = input.email ?? `person${count}@example.com`;
  await w.env.db.query
    .insertInto('users')
    .values({
      id,
      company_id,
      email,
      roles,
      installation_admin: input.installation_admin ?? false,
      status: 'active',
      password_hash,
      created_at: w.clock.now(),
    })
    .execute();
  await w.env.db.query.insertInto('user_merchants').values({ user_id: id, merchant_id }).execute();
  return { id, email };
}

export const codeAt = (secret: string, at: Date): string =>
  generateSync({ secret, epoch: Math.floor(at.getTime() / 1000) });

export const cookieIn = (reply: Reply): string | undefined =>
  /florin_session=([^;]*)/.exec(String(reply.headers['set-cookie'] ?? ''))?.[1];

/** Password, then enrolment: as everybody does the first time. */
export async function enrol(w: World, email: string, given = password): Promise<Person> {
  const first = await visit(w, 'POST', '/v1/sign_in', { email, password: given });
  assert.equal(first.status, 200, first.text);
  assert.equal(first.body.next, 'enrol_totp');
  const { secret } = first.body.totp;
  const done = await visit(w, 'POST', '/v1/sign_in/totp', {
    challenge: first.body.challenge,
    code: codeAt(secret, w.clock.now()),
  });
  assert.equal(done.status, 200, done.text);
  return {
    id: done.body.user.id,
    email,
    secret,
    recovery_codes: done.body.recovery_codes,
    cookie: must(cookieIn(done), 'a cookie is set'),
  };
}

export const signedIn = async (
  w: World,
  roles: Role[],
  input: { tenant?: Tenant; installation_admin?: boolean } = {},
): Promise<Person> => enrol(w, (await addPerson(w, roles, input)).email);

/** Another browser of somebody who has an app already; a minute later, so that the code is a new one. */
export async function signInAgain(w: World, person: Person, given = password): Promise<string> {
  w.clock.advance(60_000);
  const first = await visit(w, 'POST', '/v1/sign_in', { email: person.email, password: given });
  assert.equal(first.body.next, 'totp', first.text);
  const code = codeAt(person.secret, w.clock.now());
  const done = await visit(w, 'POST', '/v1/sign_in/totp', { challenge: first.body.challenge, code });
  assert.equal(done.status, 200, done.text);
  return must(cookieIn(done), 'a cookie is set');
}

/** A session without the front door, for tests that need many and are about something else. */
export async function openSession(w: World, roles: Role[]): Promise<string> {
  const { id } = await addPerson(w, roles, { installation_admin: true });
  const from: Origin = { address: '198.51.100.7', browser: 'Test Browser 1.0' };
  await w.env.db.tx((tx) => startSession({ ...w.ctx(), from }, tx, id));
  return must(from.cookie, 'a session was started').token;
}
