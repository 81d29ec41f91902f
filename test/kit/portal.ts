// A customer's browser at the portal, without a browser: keeps the cookie, says where a post comes from, follows where it is sent.

import assert from 'node:assert/strict';
import type { Tenant, World } from './world.ts';

export type Answer = { status: number; text: string; headers: Record<string, string | string[] | undefined> };

export class PortalBrowser {
  readonly #w: World;
  readonly headers: Record<string, string> = { 'accept-language': 'en-US' };
  cookie: string | undefined;
  origin: string | undefined;

  constructor(w: World) {
    this.#w = w;
    this.origin = new URL(w.env.config.public_url).origin;
  }

  async send(
    method: 'GET' | 'POST' | 'HEAD',
    address: string,
    payload?: string,
    more: Record<string, string> = {},
  ): Promise<Answer> {
    const { pathname, search } = new URL(address, this.#w.env.config.public_url);
    const response = await this.#w.app.server.inject({
      method,
      url: `${pathname}${search}`,
      headers: {
        ...this.headers,
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(method === 'POST' && this.origin !== undefined ? { origin: this.origin } : {}),
        ...more,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    const set = response.headers['set-cookie'];
    if (typeof set === 'string') this.cookie = /Max-Age=0/.test(set) ? undefined : set.split(';')[0];
    return { status: response.statusCode, text: response.body, headers: response.headers as Answer['headers'] };
  }

  get = (address: string): Promise<Answer> => this.send('GET', address);

  /** A form of a page. */
  post(address: string, fields: Record<string, string> = {}): Promise<Answer> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.send('POST', address, new URLSearchParams(fields).toString(), type);
  }

  json(address: string, body: unknown): Promise<Answer> {
    return this.send('POST', address, JSON.stringify(body), { 'content-type': 'application/json' });
  }
}

export type Portal = { browser: PortalBrowser; id: string; base: string; url: string };

/** A link by the API, opened. */
export async function enterPortal(
  w: World,
  customer: string,
  more: Record<string, unknown> = {},
  who?: Tenant,
): Promise<Portal> {
  const made = await w.call('POST', '/v1/portal_sessions', { customer, ...more }, { as: (who ?? w.tenant).secret });
  assert.equal(made.status, 201, made.text);
  const browser = new PortalBrowser(w);
  const opened = await browser.get(made.body.url);
  assert.equal(opened.status, 303, opened.text);
  return { browser, id: made.body.id, base: `/portal/${made.body.id}`, url: made.body.url };
}
