// Disputes over HTTP: evidence, answers, lists, and every refusal. How they live and end: dispute-lives.test.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { seconds } from '../../src/kit/clock.ts';
import { disputed, disputeFees, pass } from '../kit/disputes.ts';
import { badPages, walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
const get = async (path: string) => (await w.call('GET', path)).body;
const challenge = (id: string, body: Record<string, unknown>, options = {}) =>
  w.call('POST', `/v1/disputes/${id}/challenge`, body, options);
const accept = (id: string, options = {}) => w.call('POST', `/v1/disputes/${id}/accept`, undefined, options);

describe('evidence and answers', () => {
  before(async () => {
    w = await openWorld({ fee_schedule: disputeFees });
  });
  after(() => w.close());

  const png = (n: number) =>
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      Buffer.from(`picture ${n}`),
    ]).toString('base64');
  const upload = async (n = 0, as = w.tenant.secret): Promise<string> =>
    (
      await w.call(
        'POST',
        '/v1/files',
        { name: `${n}.png`, purpose: 'dispute_evidence', content_base64: png(n) },
        { as },
      )
    ).body.id;

  test('PATCH 200: a draft by parts; cleared by null; submitted as it stands', async () => {
    const d = await disputed(w);
    const file = await upload();
    const patch = async (body: Record<string, unknown>) =>
      (await w.call('PATCH', `/v1/disputes/${d.id}`, body)).body.evidence;
    assert.deepEqual(await patch({ text: 'Delivered.' }), { text: 'Delivered.', files: [], items: [] });
    assert.deepEqual(await patch({ files: [file, file] }), { text: 'Delivered.', files: [file], items: [] });
    const items = [
      { type: 'invoice_or_receipt', text: 'winning_evidence', file },
      { type: 'proof_of_delivery_or_service_date', text: '2026-05-03', file: null },
    ];
    assert.deepEqual(
      await patch({ text: null, items: [items[0], { type: 'proof_of_delivery_or_service_date', text: '2026-05-03' }] }),
      { text: null, files: [file], items },
    );
    assert.deepEqual(await patch({ files: [] }), { text: null, files: [], items });
    const reply = await challenge(d.id, {});
    assert.partialDeepStrictEqual(reply.body, { status: 'under_review', evidence: { text: null, files: [], items } });
    await refuses(w, ['PATCH', `/v1/disputes/${d.id}`, { text: 'more' }], {
      code: 'state_invalid',
      param: 'id',
      detail: /challenged already/,
    });
    await refuses(w, ['POST', `/v1/disputes/${d.id}/challenge`, { text: 'more' }], {
      code: 'state_invalid',
      param: 'id',
      detail: /challenged already/,
    });
    await refuses(w, ['POST', `/v1/disputes/${d.id}/accept`], {
      code: 'state_invalid',
      param: 'id',
      detail: /challenged already/,
    });
    await pass(w, seconds(6));
    await refuses(w, ['POST', `/v1/disputes/${d.id}/accept`], {
      code: 'state_invalid',
      param: 'id',
      detail: /decided: it is 'won'/,
    });
  });

  test('400: nothing said, nothing known, too much', async () => {
    const { id } = await disputed(w);
    const bad = (
      body: unknown,
      code: 'parameter_missing' | 'parameter_invalid' | 'parameter_unknown',
      param: string,
      detail: RegExp,
    ) => refuses(w, ['POST', `/v1/disputes/${id}/challenge`, body], { code, param, detail });
    await bad({}, 'parameter_missing', 'text', /not challenged with nothing/);
    await bad({ text: null, files: [], items: [] }, 'parameter_missing', 'text', /not challenged with nothing/);
    await bad({ text: '' }, 'parameter_invalid', 'text', /of 1 to 20000 characters/);
    await bad({ text: 'x'.repeat(20_001) }, 'parameter_invalid', 'text', /20000/);
    await bad({ items: [{ type: 'invoice_or_receipt' }] }, 'parameter_missing', 'items[0]', /needs a text or a file/);
    await bad(
      { items: [{ type: 'gossip', text: 'x' }] },
      'parameter_invalid',
      'items[0].type',
      /one of 'proof_of_delivery_or_service'/,
    );
    await bad({ evidence: 'x' }, 'parameter_unknown', 'evidence', /There is no parameter 'evidence'/);
    await bad({ files: Array.from({ length: 21 }, (_, i) => `file_${i}`) }, 'parameter_invalid', 'files', /20/);
    const files: string[] = [];
    for (let i = 0; i < 21; i++) files.push(await upload(i));
    await bad(
      { files: files.slice(0, 20), items: [{ type: 'additional_evidence', file: files[20] }] },
      'parameter_invalid',
      'files',
      /at most 20 files; these are 21/,
    );
    assert.equal(
      (await challenge(id, { files: files.slice(0, 20), items: [{ type: 'additional_evidence', file: files[3] }] }))
        .status,
      200,
    );
  });

  test('404: unknown ids and another tenant’s, of disputes and of files', async () => {
    const { id } = await disputed(w);
    for (const as of [w.other.secret, w.tenant.secret]) {
      const unknown = as === w.tenant.secret ? 'dp_none' : id;
      const refused = (method: string, path: string, body?: unknown) =>
        refuses(w, [method, `/v1/disputes/${unknown}${path}`, body, { as }], {
          code: 'not_found',
          param: 'id',
          detail: /No dispute with id/,
        });
      await refused('GET', '');
      await refused('PATCH', '', { text: 'x' });
      await refused('POST', '/challenge', { text: 'x' });
      await refused('POST', '/accept');
    }
    const strange = await upload(1, w.other.secret);
    await refuses(w, ['POST', `/v1/disputes/${id}/challenge`, { files: [strange] }], {
      code: 'not_found',
      param: 'files[0]',
      detail: /No file with id/,
    });
    await refuses(
      w,
      ['POST', `/v1/disputes/${id}/challenge`, { items: [{ type: 'additional_evidence', file: 'file_x' }] }],
      { code: 'not_found', param: 'items[0].file', detail: /No file with id 'file_x'/ },
    );
    assert.deepEqual((await w.call('GET', '/v1/disputes', undefined, { as: w.other.secret })).body.data, []);
  });

  test('403: a publishable key', async () => {
    const { id } = await disputed(w);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['POST', '/challenge'],
      ['POST', '/accept'],
    ] as const) {
      await refuses(
        w,
        [method, `/v1/disputes/${id}${path}`, method === 'GET' ? undefined : {}, { as: w.tenant.publishable }],
        { code: 'permission_denied', detail: /secret key/ },
      );
    }
  });

  test('of ten acceptances and ten challenges at once one is taken', async () => {
    const { id } = await disputed(w);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? accept(id) : challenge(id, { text: 'losing_evidence' }))),
    );
    assert.equal(replies.filter((r) => r.status === 200).length, 1);
    for (const r of replies.filter((r) => r.status !== 200))
      assert.ok(r.body.code === 'payment_in_progress' || r.body.code === 'state_invalid', r.text);
    await pass(w, seconds(6));
    await w.verify();
  });
});

describe('GET /v1/disputes', () => {
  before(async () => {
    w = await openWorld();
  });
  after(() => w.close());

  test('200: by status, payment and time, pages both ways; 400 for what it does not know', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.unshift((await disputed(w)).id);
    ids.sort().reverse();
    const [newest = '', second = ''] = ids;
    await accept(newest);
    await walks(w, '/v1/disputes', ids, [1, 3, 100]);
    await walks(w, '/v1/disputes?status=needs_response', ids.slice(1), [2]);
    assert.deepEqual(
      (await get('/v1/disputes?status=accepted,won')).data.map((d: { id: string }) => d.id),
      [newest],
    );
    const { created_at, payment } = await get(`/v1/disputes/${second}`);
    assert.deepEqual(
      (await get(`/v1/disputes?payment=${payment}`)).data.map((d: { id: string }) => d.id),
      [second],
    );
    assert.deepEqual(
      (await get(`/v1/disputes?created_from=${created_at}`)).data.map((d: { id: string }) => d.id),
      [newest, second],
    );
    assert.deepEqual(
      (await get(`/v1/disputes?created_to=${created_at}&limit=1`)).data.map((d: { id: string }) => d.id),
      [ids[2]],
    );
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/disputes?${query}`], { code: 'parameter_invalid', param, detail });
    await refuses(w, ['GET', '/v1/disputes?status=open'], {
      code: 'parameter_invalid',
      param: 'status[0]',
      detail: /one of 'needs_response'/,
    });
    await refuses(w, ['GET', '/v1/disputes?created_from=today'], {
      code: 'parameter_invalid',
      param: 'created_from',
      detail: /ISO 8601/,
    });
    await refuses(w, ['GET', '/v1/disputes?reason=fraudulent'], {
      code: 'parameter_unknown',
      param: 'reason',
      detail: /no parameter 'reason'/,
    });
  });
});
