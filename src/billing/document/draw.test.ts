// Documents as bytes. What must not appear: other bytes for the same facts, a letter that no font draws, a page that is cut off.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fonts, lastFont } from '../../kit/print/fonts.ts';
import { draw } from './draw.ts';
import type { DocumentView } from './view.ts';
import { localeOf, wordTables } from './words.ts';

const at = '2027-02-01T00:00:00.000Z';
const period = { start: at, end: '2027-03-01T00:00:00.000Z' };

const view = (more: Partial<DocumentView> = {}): DocumentView => ({
  kind: 'invoice',
  id: 'in_1',
  number: 'INV-000001',
  status: 'open',
  mode: 'live',
  locale: 'en',
  time_zone: 'Europe/Berlin',
  currency: 'EUR',
  merchant: { name: 'Acme', logo_url: null },
  branding: { color: null, text_color: null, corners: 'rounded', icon_url: null },
  seller: { name: null, address: null, tax_id: null, email: null, phone: null },
  footer: null,
  customer: { name: 'Ada', address: { city: 'Wien', country: 'AT' }, tax_id: null, email: null, phone: null },
  created_at: at,
  paid_at: null,
  due_at: null,
  days_until_due: null,
  overdue: false,
  period,
  invoice_number: null,
  method: null,
  memo: null,
  lines: [
    {
      description: 'Coffee',
      product_name: 'Coffee',
      localized_name: null,
      part: null,
      quantity: 1,
      unit_amount: 1000,
      amount: 1000,
      period,
    },
  ],
  subtotal: 1000,
  discounts: [],
  taxes: [],
  total: 1000,
  credit_applied: 0,
  credited_due: 0,
  amount_due: 1000,
  amount_paid: 0,
  payments: [],
  credit_notes: [],
  payable: true,
  under_way: false,
  ...more,
});

const pagesOf = (pdf: Buffer) => Number(/\/Type \/Pages\s*\/Count (\d+)/.exec(pdf.toString('latin1'))?.[1]);

test('the same facts make the same bytes, in every language', async () => {
  for (const locale of Object.keys(wordTables)) {
    const first = await draw({ view: view({ locale }), logo: null });
    assert.equal(first.subarray(0, 5).toString(), '%PDF-', locale);
    assert.ok(first.equals(await draw({ view: view({ locale }), logo: null })), locale);
  }
});

test('every script that we promise has a font of its own', () => {
  const texts = {
    Latin: 'Straße Žluťoučký İstanbul Nguyễn',
    Cyrillic: 'Кофейня Київ',
    Greek: 'Καφές',
    Arabic: 'شركة القهوة المحدودة',
    Hebrew: 'שלום עולם',
    Thai: 'บริษัท กาแฟ จำกัด',
    Devanagari: 'श्रीमती हिन्दी',
    Han: '中华咖啡有限公司 繁體',
    Kana: 'コーヒークラブ ひらがな',
    Hangul: '커피 클럽 주식회사',
  };
  for (const language of ['en', 'ja', 'ko', 'zh']) {
    const fonts = new Fonts(language);
    for (const [script, text] of Object.entries(texts))
      for (const letter of text)
        assert.notEqual(fonts.nameFor(letter.codePointAt(0) ?? 0, false), lastFont, `${script}: ${letter}`);
  }
  assert.match(new Fonts('ja').nameFor(0x4e2d, false), /noto-sans-jp/);
  assert.match(new Fonts('de').nameFor(0x4e2d, true), /noto-sans-sc\/\d+\/700/);
});

test('letters of ten scripts in one name: only what is used is embedded', async () => {
  const name = 'Кофейня Καφές شركة (الرياض) 12 שלום บริษัท श्रीमती 中华 コーヒー 커피 𝄞 \u202e\u0000\n';
  const pdf = await draw({
    view: view({ customer: { name, address: null, tax_id: name, email: null, phone: null }, footer: name }),
    logo: null,
  });
  assert.ok(pdf.length < 120_000, `${pdf.length} bytes`);
  assert.equal(pagesOf(pdf), 1);
});

test('1,000 lines take as many pages as they need, and a line without an end is broken', async () => {
  const [line] = view().lines;
  assert.ok(line);
  const lines = Array.from({ length: 1000 }, (_, i) => ({ ...line, description: `Line ${i}` }));
  const pdf = await draw({ view: view({ lines }), logo: null });
  assert.ok(pagesOf(pdf) > 30 && pagesOf(pdf) < 80, `${pagesOf(pdf)} pages`);
  const endless = await draw({
    view: view({ lines: [{ ...line, description: 'W'.repeat(8000) }] }),
    logo: null,
  });
  assert.ok(pagesOf(endless) > 3, `${pagesOf(endless)} pages`);
});

test('what a customer says of their language is taken as far as we speak it', () => {
  assert.deepEqual(
    ['de-CH', 'pt-BR', 'en-ab1', 'zh-TW', 'xx', null].map((one) => localeOf(one)),
    ['de-CH', 'en', 'en', 'zh-TW', 'en', 'en'],
  );
});
