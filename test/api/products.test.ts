// Products over HTTP: every field, pictures drawn anew, archive, lists both ways, events. Another merchant's picture is nobody's.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { made, priceOf, sessionOf } from '../kit/catalog.ts';
import { walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const picture = async (format: 'png' | 'jpeg' | 'gif' | 'webp', width = 40) =>
  (
    await sharp({ create: { width, height: 20, channels: 3, background: '#0b6b4f' } })
      .toFormat(format)
      .toBuffer()
  ).toString('base64');
const eventsOf = async (id: string) =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).orderBy('id').execute()).map(
    (e) => e.type,
  );

describe('products', () => {
  test('every field; what is left out has its default; the event says so', async () => {
    const image = await made(w, '/v1/product_images', { content_base64: await picture('png') });
    const fields = {
      name: 'Beans',
      localized_names: { de: 'Bohnen', 'pt-BR': 'Grãos' },
      description: '1 kg',
      image: image.id,
      tax_category: 'physical_goods',
      metadata: { shelf: '4' },
    };
    const product = await made(w, '/v1/products', fields);
    assert.match(product.id, /^prod_[0-9a-z]{26}$/);
    assert.deepEqual(product, {
      id: product.id,
      object: 'product',
      ...fields,
      image_url: image.url,
      default_price: null,
      active: true,
      created_at: product.created_at,
      updated_at: product.created_at,
    });
    assert.deepEqual((await w.call('GET', `/v1/products/${product.id}`)).body, product);
    assert.deepEqual(await eventsOf(product.id), ['product.created']);
    const plain = await made(w, '/v1/products', { name: 'Filters' });
    assert.deepEqual(
      [plain.tax_category, plain.localized_names, plain.image, plain.image_url],
      ['digital_goods', {}, null, null],
    );
  });

  test('update: what is left out stays, null takes away, metadata is replaced', async () => {
    const product = await made(w, '/v1/products', { name: 'A', description: 'x', metadata: { a: '1' } });
    const changed = await w.call('PATCH', `/v1/products/${product.id}`, { description: null, metadata: { b: '2' } });
    assert.deepEqual([changed.body.name, changed.body.description, changed.body.metadata], ['A', null, { b: '2' }]);
    assert.deepEqual(await eventsOf(product.id), ['product.created', 'product.updated']);
  });

  test('archive: not sold any more, until it is unarchived; twice is once', async () => {
    const price = await priceOf(w);
    const path = `/v1/products/${price.product}`;
    assert.equal((await w.call('POST', `${path}/archive`)).body.active, false);
    assert.equal((await w.call('POST', `${path}/archive`)).body.active, false);
    assert.deepEqual(await eventsOf(price.product), ['product.created', 'product.updated']);
    await refuses(
      w,
      ['POST', '/v1/checkout_sessions', { currency: 'USD', line_items: [{ price: price.id, quantity: 1 }] }],
      { code: 'state_invalid', param: 'line_items[0].price', detail: /archived and not sold any more/ },
    );
    await refuses(
      w,
      ['POST', '/v1/prices', { product: price.product, amounts: [{ currency: 'USD', unit_amount: 1 }] }],
      { code: 'state_invalid', param: 'product', detail: /Unarchive it/ },
    );
    assert.equal((await w.call('POST', `${path}/unarchive`)).body.active, true);
    await sessionOf(w, { line_items: [{ price: price.id, quantity: 1 }] });
  });

  test('lists both ways, and by active', async () => {
    const all = (await w.call('GET', '/v1/products?limit=100')).body.data.map((p: { id: string }) => p.id);
    await walks(w, '/v1/products', all, [1, 3, 100]);
    const gone = await made(w, '/v1/products', { name: 'Gone' });
    await w.call('POST', `/v1/products/${gone.id}/archive`);
    const inactive = (await w.call('GET', '/v1/products?active=false')).body.data.map((p: { id: string }) => p.id);
    assert.deepEqual(inactive, [gone.id]);
    assert.ok(!(await w.call('GET', '/v1/products?active=true&limit=100')).text.includes(gone.id));
  });

  test('refusals name the field', async () => {
    const at = (body: Record<string, unknown>) => ['POST', '/v1/products', { name: 'A', ...body }] as const;
    await refuses(w, [...at({ name: '' })], { code: 'parameter_invalid', param: 'name', detail: /1 to 250/ });
    await refuses(w, [...at({ tax_category: 'food' })], {
      code: 'parameter_invalid',
      param: 'tax_category',
      detail: /'ebook'/,
    });
    await refuses(w, [...at({ image: 'pic_none' })], { code: 'not_found', param: 'image', detail: /No product image/ });
    const product = await made(w, '/v1/products', { name: 'A' });
    const price = await priceOf(w);
    await refuses(w, ['PATCH', `/v1/products/${product.id}`, { default_price: price.id }], {
      code: 'not_found',
      param: 'default_price',
      detail: /No price of this product/,
    });
  });
});

describe('product images', () => {
  test('each format is drawn anew as a PNG under an address that is public', async () => {
    for (const format of ['png', 'jpeg', 'gif', 'webp'] as const) {
      const image = await made(w, '/v1/product_images', { content_base64: await picture(format, 50) });
      const got = await w.app.server.inject({ method: 'GET', url: new URL(image.url).pathname });
      assert.deepEqual([got.statusCode, got.headers['content-type']], [200, 'image/png']);
      const drawn = await sharp(got.rawPayload).metadata();
      assert.deepEqual([drawn.format, drawn.width, drawn.height], ['png', 50, 20]);
    }
  });

  test('a large one is made smaller, and carries nothing beside the picture', async () => {
    const secret = 'taken at home';
    const big = await sharp({ create: { width: 3_000, height: 1_500, channels: 3, background: '#fff' } })
      .jpeg()
      .withExif({ IFD0: { Copyright: secret } })
      .toBuffer();
    assert.ok(big.includes(secret));
    const image = await made(w, '/v1/product_images', { content_base64: big.toString('base64') });
    const got = await w.app.server.inject({ method: 'GET', url: new URL(image.url).pathname });
    const { width, height } = await sharp(got.rawPayload).metadata();
    assert.deepEqual([width, height], [1_024, 512]);
    assert.ok(!got.rawPayload.includes(secret));
  });

  test('what is no picture, or too large, is refused, whatever it says it is', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>').toString('base64');
    const send = (content_base64: string) => ['POST', '/v1/product_images', { content_base64 }] as const;
    const at = { code: 'parameter_invalid', param: 'content_base64' } as const;
    await refuses(w, [...send(svg)], { ...at, detail: /no PNG, JPEG, GIF or WebP/ });
    const broken = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(60, 7)]).toString('base64');
    await refuses(w, [...send(broken)], { ...at, detail: /cannot be read/ });
    const large = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(5 * 1_048_576)]).toString('base64');
    await refuses(w, [...send(large)], { ...at, detail: /at most 5 MB/ });
  });

  test('another company’s picture cannot be used', async () => {
    const image = await w.call(
      'POST',
      '/v1/product_images',
      { content_base64: await picture('png', 77) },
      { as: w.other.secret },
    );
    await refuses(w, ['POST', '/v1/products', { name: 'A', image: image.body.id }], {
      code: 'not_found',
      param: 'image',
      detail: /No product image/,
    });
  });
});

describe('on the checkout page', () => {
  const pageOf = async (id: string, language: string) =>
    (await w.app.server.inject({ method: 'GET', url: `/pay/${id}`, headers: { 'accept-language': language } })).body;

  test('the picture with the name as its text, in the language of the session, else of the browser', async () => {
    const image = await made(w, '/v1/product_images', { content_base64: await picture('png') });
    const names = { de: 'Bohnen "Extra"', 'pt-BR': 'Grãos' };
    const price = await priceOf(w, 1_000, {}, { name: 'Beans', localized_names: names, image: image.id });
    const line_items = [{ price: price.id, quantity: 1 }];
    const open = await sessionOf(w, { line_items });
    const german = await sessionOf(w, { line_items, locale: 'de' });
    const shows = (name: string) => (text: string) => {
      assert.ok(text.includes(`src="${image.url}" alt="${name}"`), name);
      assert.ok(text.includes(`<p class="item-name"><bdi>${name}</bdi></p>`), name);
    };
    shows('Beans')(await pageOf(open.id, 'en-US'));
    shows('Bohnen &quot;Extra&quot;')(await pageOf(open.id, 'de-AT,en;q=0.5'));
    shows('Beans')(await pageOf(open.id, 'fr'));
    shows('Bohnen &quot;Extra&quot;')(await pageOf(german.id, 'en-US'));
    // What was sold is told as it was sold.
    assert.equal(open.line_items[0].name, 'Beans');
    await w.call('PATCH', `/v1/products/${price.product}`, { name: 'Renamed' });
    shows('Beans')(await pageOf(open.id, 'en-US'));
  });
});
