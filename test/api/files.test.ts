// Files over HTTP: what is taken, told by its first bytes; what is refused; and that nobody else sees them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const heads = {
  'application/pdf': '%PDF-1.7\n',
  'image/png': '\x89PNG\r\n\x1a\n',
  'image/jpeg': '\xff\xd8\xff\xe0',
} as const;
const limit = 5 * 1_048_576;
const content = (type: keyof typeof heads, size = 100) =>
  Buffer.concat([Buffer.from(heads[type], 'latin1'), Buffer.alloc(size, 'x')]).subarray(0, size);
const body = (bytes: Buffer, more: Record<string, unknown> = {}) => ({
  name: 'evidence',
  purpose: 'dispute_evidence',
  content_base64: bytes.toString('base64'),
  ...more,
});
const create = (bytes: Buffer, more: Record<string, unknown> = {}, options = {}) =>
  w.call('POST', '/v1/files', body(bytes, more), options);

describe('POST /v1/files', () => {
  test('201: each type, told by content; every field; the same bytes come back', async () => {
    for (const type of Object.keys(heads) as (keyof typeof heads)[]) {
      const bytes = content(type);
      const before = await rowCounts(w);
      const { status, body: f } = await create(bytes, { name: 'Beleg № 1.pdf', type });
      assert.equal(status, 201);
      assert.deepEqual(gained(before, await rowCounts(w)), { files: 1 });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      assert.deepEqual(f, {
        id: f.id,
        object: 'file',
        purpose: 'dispute_evidence',
        name: 'Beleg № 1.pdf',
        type,
        size: 100,
        sha256,
        created_at: f.created_at,
      });
      assert.match(f.id, /^file_[0-9a-z]{26}$/);
      assert.deepEqual((await w.call('GET', `/v1/files/${f.id}`)).body, f);
      assert.deepEqual((await w.call('GET', `/v1/files/${f.id}/content`)).body, {
        id: f.id,
        object: 'file_content',
        type,
        content_base64: bytes.toString('base64'),
      });
    }
    await w.verify();
  });

  test('201: the largest; the same key twice is one file', async () => {
    const bytes = content('application/pdf', limit);
    const [one, two] = [await create(bytes, {}, { key: 'large' }), await create(bytes, {}, { key: 'large' })];
    assert.equal(one.status, 201, one.text);
    assert.equal(one.body.size, limit);
    assert.equal(two.text, one.text);
  });

  test('400: no such type, a false claim, no base64, one byte too many, a bad name', async () => {
    const bad = (input: unknown, param: string, detail: RegExp) =>
      refuses(w, ['POST', '/v1/files', input], { code: 'parameter_invalid', param, detail });
    for (const text of ['<svg onload=alert(1)>', 'GIF89a', 'MZ\x90', '%PD', ' %PDF-1.7'])
      await bad(body(Buffer.from(text)), 'content_base64', /no PDF, PNG or JPEG/);
    await bad(
      body(content('image/png'), { name: 'a.pdf', type: 'application/pdf' }),
      'type',
      /The content is image\/png, not application\/pdf/,
    );
    await bad(
      body(content('image/png'), { type: 'image/gif' }),
      'type',
      /one of 'application\/pdf', 'image\/png', 'image\/jpeg'/,
    );
    for (const text of ['%%%%', 'abc', 'ab-_', 'YWJj\n', 'data:image/png;base64,iVBORw0KGgo='])
      await bad({ ...body(content('image/png')), content_base64: text }, 'content_base64', /not standard base64/);
    await bad(
      body(content('image/png', limit + 1)),
      'content_base64',
      /at most 5 MB \(5242880 bytes\); this one has 5242881/,
    );
    for (const name of ['../../etc/passwd', 'a\\b.png', 'a\nb.png'])
      await bad(body(content('image/png'), { name }), 'name', /a file name alone/);
    await bad(body(content('image/png'), { name: 'x'.repeat(201) }), 'name', /1 to 200 characters/);
    await bad(body(content('image/png'), { purpose: 'avatar' }), 'purpose', /'dispute_evidence'/);
    await refuses(w, ['POST', '/v1/files', {}], {
      code: 'parameter_missing',
      param: 'name',
      detail: /'name' is required/,
    });
  });

  test('413: this one path takes more than the others, and not more than it needs', async () => {
    await refuses(w, ['POST', '/v1/files', body(content('image/png', limit + 20_000))], {
      code: 'body_too_large',
      detail: /at most 6 MB/,
    });
    await refuses(w, ['POST', '/v1/customers', { name: 'x'.repeat(1_100_000) }], {
      code: 'body_too_large',
      detail: /at most 1 MB/,
    });
  });
});

describe('GET /v1/files/{id}', () => {
  test('404: unknown, and another tenant’s; 403: a publishable key', async () => {
    const { id } = (await create(content('image/jpeg'))).body;
    for (const path of ['', '/content']) {
      await refuses(w, ['GET', `/v1/files/${id}${path}`, undefined, { as: w.other.secret }], {
        code: 'not_found',
        param: 'id',
        detail: /No file with id/,
      });
      await refuses(w, ['GET', `/v1/files/file_none${path}`], {
        code: 'not_found',
        param: 'id',
        detail: /No file with id 'file_none'/,
      });
      await refuses(w, ['GET', `/v1/files/${id}${path}`, undefined, { as: w.tenant.publishable }], {
        code: 'permission_denied',
        detail: /secret key/,
      });
    }
    await refuses(w, ['POST', '/v1/files', body(content('image/png')), { as: w.tenant.publishable }], {
      code: 'permission_denied',
      detail: /secret key/,
    });
  });
});
