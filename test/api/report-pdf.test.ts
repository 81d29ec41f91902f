// The statement as a document: the same figures as the CSV, names in letters of their own, a file that readers take, and no format where
// there is none.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { draw } from '../../src/reports/statement-pdf.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, toNoon, type World } from '../kit/world.ts';

let w: World;
let month: string;

before(async () => {
  w = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
  toNoon(w);
  const pay = async (amount: number, currency: string) =>
    (await w.call('POST', '/v1/payments', { amount, currency, token: await w.token() })).body;
  const first = await pay(123_456_789, 'USD');
  await pay(700, 'JPY');
  await w.call('POST', '/v1/refunds', { payment: first.id, amount: 2_500 });
  month = w.clock.now().toISOString().slice(0, 7);
});
after(() => w.close());

/** The characters that a page shows, by the font's own table from glyph to character. */
function shownIn(pdf: Buffer): string {
  const raw = pdf.toString('latin1');
  const streams = [...raw.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map((match) => {
    try {
      return inflateSync(Buffer.from(match[1] ?? '', 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  });
  const maps = streams.filter((stream) => stream.includes('beginbfrange')).map(glyphsOf);
  const shown = streams
    .filter((stream) => stream.includes(' Tf'))
    .flatMap((stream) => [...stream.matchAll(/\[(.*?)\] TJ/g)]);
  const hex = shown.map((match) => [...(match[1] ?? '').matchAll(/<([0-9a-f]+)>/g)].map((part) => part[1]).join(''));
  return hex
    .flatMap((codes) => maps.map((map) => (codes.match(/.{4}/g) ?? []).map((code) => map.get(code) ?? '').join('')))
    .join('\n');
}

function glyphsOf(cmap: string): Map<string, string> {
  const glyphs = new Map<string, string>();
  for (const [, from = '', , list = ''] of cmap.matchAll(/<([0-9a-f]{4})> <([0-9a-f]{4})> \[(.*?)\]/g)) {
    const texts = [...list.matchAll(/<([0-9a-f ]+)>/g)].map((match) => (match[1] ?? '').replaceAll(' ', ''));
    for (const [i, text] of texts.entries()) {
      const code = (Number.parseInt(from, 16) + i).toString(16).padStart(4, '0');
      glyphs.set(code, Buffer.from(text, 'hex').swap16().toString('utf16le'));
    }
  }
  return glyphs;
}

test('it is a PDF with the figures of the CSV and the name of the merchant', async () => {
  const reply = await w.app.server.inject({
    method: 'GET',
    url: `/v1/reports/statement?month=${month}&format=pdf`,
    headers: { authorization: `Bearer ${w.tenant.secret}` },
  });
  assert.equal(reply.statusCode, 200);
  assert.equal(reply.headers['content-type'], 'application/pdf');
  assert.match(String(reply.headers['content-disposition']), /statement_\d{4}-\d\d-01_\d{4}-\d\d-\d\d\.pdf/);
  assert.equal(reply.rawPayload.subarray(0, 5).toString(), '%PDF-');
  assert.match(reply.rawPayload.subarray(-8).toString(), /%%EOF/);
  const shown = shownIn(reply.rawPayload);
  for (const words of [
    'Acme Coffee',
    w.tenant.account.account_id,
    '1,234,567.89 USD',
    '−25.00 USD',
    '700 JPY',
    'Closing balance',
  ])
    assert.ok(shown.includes(words), `${words} in\n${shown}`);
  assert.ok(!shown.includes('Other Goods') && !shown.includes(w.other.account.account_id));
});

test('two requests at one moment give one document', async () => {
  const account = w.tenant.account;
  const at = new Date('2026-02-01T00:00:00Z');
  const facts = { account, period: { from: new Date('2026-01-01T00:00:00Z'), to: at }, lines: [], made_at: at };
  const [one, other] = [await draw(facts), await draw(facts)];
  assert.ok(one.equals(other));
});

test('names in Greek and Cyrillic are text, and many currencies go on over pages', async () => {
  const account = { ...w.tenant.account, merchant_name: 'Καφές Ωμέγα и Кофейня' };
  const currencies = ['AUD', 'CAD', 'CHF', 'EUR', 'GBP', 'JPY', 'USD'];
  const lines = currencies.flatMap((currency) =>
    ['opening_balance', 'charges', 'fees', 'refunds', 'closing_balance'].map((line) => ({
      currency,
      section: 'balance' as const,
      line,
      count: line === 'charges' ? 1_234_567 : null,
      amount: -1,
    })),
  );
  const period = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-02-01T00:00:00Z') };
  const shown = shownIn(await draw({ account, period, lines, made_at: period.to }));
  for (const words of ['Καφές', 'Ωμέγα', 'Кофейня', 'Page 3', '1,234,567', '−1 JPY', '−0.01 USD'])
    assert.ok(shown.includes(words), words);
});

test('a name in any script is drawn in letters that the document brings along', async () => {
  const period = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-02-01T00:00:00Z') };
  for (const [name, country, fonts] of [
    ['中华咖啡有限公司', 'CN', /NotoSansSC/],
    ['コーヒー株式会社', 'JP', /NotoSansJP/],
    ['커피주식회사', 'KR', /NotoSansKR/],
    ['شركة', 'SA', /NotoSansArabic/],
    ['กาแฟไทย', 'TH', /NotoSansThai/],
    ['Հայաստան', 'AM', /DejaVuSans/],
  ] as const) {
    const account = { ...w.tenant.account, merchant_name: name, merchant_country: country };
    const pdf = await draw({ account, period, lines: [], made_at: period.to });
    const brought = [...pdf.toString('latin1').matchAll(/\/BaseFont \/[A-Z]+\+(\S+)/g)].map(([, font]) => font);
    const foreign = [...new Set(brought)].filter((font) => !font?.startsWith('NotoSans-'));
    assert.equal(foreign.length, 1, `${name} is drawn by ${brought}`);
    assert.match(foreign[0] ?? '', fonts);
    const letters = new Set(shownIn(pdf));
    for (const letter of new Set(name)) assert.ok(letters.has(letter), `${letter} of ${name}`);
  }
});

test('what there is no document of is refused with the fix', async () => {
  const refused = (query: string, param: string, detail: RegExp) =>
    refuses(w, ['GET', `/v1/reports/${query}`], { code: 'parameter_invalid', param, detail });
  await refused('payments?format=pdf', 'format', /Only a statement/);
  await refused('statement?format=pdf&bom=true', 'bom', /byte order mark/);
  await refused('statement?format=xls', 'format', /csv/);
});
