import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkView } from '../../src/checkout/open-payment-link.ts';
import type { CheckoutView } from '../../src/checkout/view.ts';
import { renderLanding, renderLinkClosed } from './link.ts';
import { qrFile } from './qr.ts';
import { type Page, renderCheckout, renderNotFound, renderTrouble } from './render.ts';
import { renderReturn } from './return.ts';

const page: Page = {
  nonce: 'n0nce',
  assets: { script: 'start(1<2)', style: 'body{margin:0}' },
  locale: 'en-US',
  base_path: '',
};

const view: CheckoutView = {
  id: 'sess_1',
  state: 'open',
  mode: 'sandbox',
  merchant: { name: 'Northwind', logo_url: null },
  branding: { color: null, corners: 'rounded', icon_url: null },
  amount_total: 1080,
  amount_subtotal: 1000,
  currency: 'USD',
  description: null,
  line_items: [
    {
      name: 'Beans',
      description: null,
      quantity: 2,
      unit_amount: 500,
      amount: 1000,
      image_url: null,
      adjustable: null,
    },
  ],
  taxes: [{ name: 'VAT', amount: 100, inclusive: false }],
  discounts: [{ name: 'TWENTY', amount: 20 }],
  promotion: { allowed: false, code: null },
  customer_email: null,
  custom_text: null,
  success_message: null,
  link_closed: null,
  payment_methods: [],
  can_save: true,
  locale: null,
  allowed_origins: [],
  redirect_url: null,
  cancel_url: 'https://shop.example/cart',
  action_url: null,
  expires_at: null,
  takes_bitcoin: false,
  recurring: null,
  offer: null,
  bitcoin: null,
};

const now = new Date('2026-11-21T00:00:00Z');
const render = (change: Partial<CheckoutView> = {}, other: Partial<Page> = {}) =>
  renderCheckout({ ...view, ...change }, { ...page, ...other }, now);

test('the first paint has everything that is paid for, before any script', () => {
  const text = render();
  for (const told of [
    'Pay Northwind',
    '$10.80',
    'Beans',
    'Qty 2 · $5.00 each',
    'Subtotal',
    'VAT',
    '$1.00',
    'TWENTY',
    '-$0.20',
    'Total due',
    'Pay $10.80',
    'Save this card',
    'Sandbox',
  ]) {
    assert.ok(text.includes(told), told);
  }
  assert.match(text, /<a href="https:\/\/shop\.example\/cart" aria-label="Back to Northwind"/);
  assert.match(text, /<script nonce="n0nce">start\(1<2\)<\/script>\s*<\/body>/, 'it is there as soon as the page is');
  assert.ok(!/<(?:script|link)[^>]+(?:src|href)="(?!data:|https:)/.test(text), 'no other file is waited for');
});

test('script in any field stays text', () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='a()'></script><!--`;
  const text = render({
    id: 'sess_1"><script>',
    merchant: { name: evil, logo_url: `javascript:${evil}` },
    description: evil,
    line_items: [
      { name: evil, description: evil, quantity: 1, unit_amount: 1, amount: 1, image_url: evil, adjustable: null },
    ],
    taxes: [{ name: evil, amount: 1, inclusive: true }],
    promotion: { allowed: true, code: evil },
    discounts: [{ name: evil, amount: 1 }],
    customer_email: evil,
    custom_text: evil,
    success_message: evil,
    payment_methods: [{ id: evil, brand: evil, last_four: evil, exp_month: 1, exp_year: 2030 }],
    redirect_url: evil,
    cancel_url: evil,
    action_url: evil,
    expires_at: evil,
  });
  assert.equal(text.match(/<script/g)?.length, 2, 'our script and our data, nothing else');
  assert.ok(!/<img src=x/.test(text));
  const data = /<script type="application\/json" id="boot">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
  assert.ok(!data.includes('<'));
  const markup = text.replace(data, '');
  assert.ok(!/onerror=['"]/.test(markup));
  assert.ok(!/=["']\s*javascript:/i.test(markup));
  assert.equal(JSON.parse(data).merchant, evil, 'the script is told the name as it is');
});

test('only addresses that a browser may be sent to become links or pictures', () => {
  for (const bad of [
    'javascript:alert(1)',
    'data:text/html,<script>1</script>',
    ' javascript:1',
    'vbscript:x',
    '/relative',
    'no address',
  ]) {
    const text = render({
      cancel_url: bad,
      merchant: { name: 'N', logo_url: bad },
      action_url: bad,
      state: 'requires_authentication',
    });
    assert.ok(!text.includes('aria-label="Back to'), bad);
    assert.ok(!text.includes('class="logo" src'), bad);
    assert.match(text, /id="authenticate" href="#"/);
  }
  assert.ok(
    render({ merchant: { name: 'N', logo_url: 'data:image/png;base64,AAAA' } }).includes(
      'src="data:image/png;base64,AAAA"',
    ),
  );
});

test('no input has a name and no style or handler stands in an attribute', () => {
  const text = render({
    payment_methods: [{ id: 'pm_1', brand: 'visa', last_four: '4242', exp_month: 1, exp_year: 2030 }],
  });
  for (const input of text.match(/<(?:input|select)[^>]*>/g) ?? []) {
    if (!input.includes('type="radio"')) assert.ok(!/\sname=/.test(input), input);
  }
  assert.ok(!/\sstyle=/.test(text));
  assert.ok(!/\son[a-z]+=/.test(text));
  for (const style of text.match(/<style[^>]*>/g) ?? []) assert.equal(style, '<style nonce="n0nce">');
});

test('every field has a label, an error beside it and the autofill it deserves', () => {
  const text = render();
  for (const [id, autofill] of Object.entries({
    email: 'email',
    number: 'cc-number',
    expiry: 'cc-exp',
    cvc: 'cc-csc',
    name: 'cc-name',
    country: 'billing country',
    postal: 'billing postal-code',
  })) {
    assert.ok(text.includes(`<label for="${id}">`), id);
    assert.match(text, new RegExp(`id="${id}"[^>]*autocomplete="${autofill}"`));
    assert.match(text, new RegExp(`id="${id}"[^>]*aria-describedby="[^"]*${id}-error`));
    assert.ok(text.includes(`id="${id}-error"`), id);
  }
});

test('each state says what it is and what to do next', () => {
  const said: Record<CheckoutView['state'], RegExp> = {
    open: /id="pay"/,
    processing: /<section id="waiting" class="panel state" aria-labelledby="waiting-title">/,
    requires_authentication: /<section id="authentication" class="panel state" aria-labelledby="authentication-title">/,
    complete: /Already paid/,
    expired: /This page has expired.*Back to Northwind/s,
    cancelled: /This payment was cancelled.*Back to Northwind/s,
  };
  for (const [state, pattern] of Object.entries(said)) {
    const text = render({ state: state as CheckoutView['state'] });
    assert.match(text, pattern);
    const payable = ['open', 'processing', 'requires_authentication'].includes(state);
    assert.equal(text.includes('id="form"'), payable, `${state} has a form: ${payable}`);
    assert.equal(/id="form" class="panel" method="post" novalidate>/.test(text), state === 'open');
  }
  assert.match(render({ state: 'expired', cancel_url: null }), /Ask Northwind for a new link/);
  assert.match(
    render({ state: 'complete', redirect_url: 'https://shop.example/ok' }),
    /href="https:\/\/shop\.example\/ok">Continue to Northwind/,
  );
});

test('saved cards are offered first, expired ones cannot be chosen', () => {
  const card = { brand: 'visa', last_four: '4242', exp_month: 11, exp_year: 2026 };
  const text = render({
    payment_methods: [
      { ...card, id: 'pm_old', exp_month: 10 },
      { ...card, id: 'pm_good' },
    ],
  });
  assert.match(text, /value="pm_old" disabled/);
  assert.match(text, /value="pm_good" checked/);
  assert.match(text, /id="new-card" hidden/);
  assert.match(
    render({ payment_methods: [{ ...card, id: 'pm_old', exp_month: 10 }] }),
    /id="method-new" value="" checked/,
  );
});

test('a known e-mail address is shown and cannot be changed', () => {
  assert.match(render({ customer_email: 'a@b.example' }), /id="email" type="email" value="a@b\.example" readonly/);
});

test('live pages speak of no test cards', () => {
  const text = render({ mode: 'live' });
  assert.ok(!text.includes('Sandbox'));
  assert.ok(!text.includes('4242 4242'));
});

test('Arabic runs from right to left, with the digits of its region', () => {
  const text = render({ currency: 'AED' }, { locale: 'ar-AE' });
  assert.match(text, /<html lang="ar" dir="rtl">/);
  assert.ok(text.includes('رقم البطاقة'));
});

test('a path in front of ours is kept', () => {
  const text = render({}, { base_path: '/payments' });
  assert.ok(text.includes('"base":"/payments/pay/sess_1"'));
});

test('the page is small', () => {
  assert.ok(Buffer.byteLength(render()) < 45_000);
});

test('what is not there and what broke are told in words, without a script', () => {
  assert.match(renderNotFound({ ...page, locale: 'de' }), /Seite nicht gefunden/);
  const text = renderTrouble(page, 'req_<1>');
  assert.ok(text.includes('req_&lt;1&gt;'));
  assert.ok(!text.includes('<script'));
});

test('the return page tells its own origin only, and its address cannot end the script', () => {
  const text = renderReturn(`https://shop.example/?a='"</script>`, page);
  assert.ok(text.includes('location.origin'));
  assert.equal(text.match(/<\/script>/g)?.length, 1);
});

test('a quantity is a field where it may be changed, and text where it may not', () => {
  const [item] = view.line_items;
  assert.ok(item);
  const adjustable = { minimum: 1, maximum: 5 };
  const text = render({
    line_items: [
      { ...item, adjustable },
      { ...item, name: 'Filters' },
    ],
  });
  assert.equal(text.match(/class="quantity needs-script"/g)?.length, 1);
  assert.match(text, /aria-label="Quantity: Beans"/);
  assert.ok(!text.includes('class="details folds"'), 'a quantity is not folded away');
  assert.equal(text.match(/Qty 2 · \$5\.00 each/g)?.length, 2, 'told without the script, too');
});

test('an order of nothing asks for no card, in any language', () => {
  for (const [locale, button] of [
    ['en', 'Complete order'],
    ['de', 'Bestellung abschließen'],
    ['ar', 'إتمام الطلب'],
  ] as const) {
    const text = render({ amount_total: 0 }, { locale });
    assert.ok(text.includes(`<span id="pay-text">${button}</span>`));
    assert.match(text, /<section id="method"[^>]* hidden>/);
  }
  assert.match(render(), /<section id="method" aria-labelledby="method-title">/);
});

test('what the merchant tells: before the button, and after the payment; why a link is over', () => {
  const told = { custom_text: 'Roasted on Mondays.', success_message: 'See you soon' };
  const open = render(told);
  assert.ok(open.indexOf('Roasted on Mondays.') < open.indexOf('id="pay"'));
  assert.ok(render({ ...told, state: 'complete' }).includes('See you soon'));
  const sold = render({ state: 'expired', link_closed: 'used_up' });
  assert.match(sold, /This offer is sold out/);
  assert.match(sold, /You haven’t been charged/);
});

test('the pages of a link: nothing of it is markup, and its address is drawn for print', () => {
  const evil = `"><script>alert(1)</script>`;
  const link: LinkView = {
    id: 'plink_1',
    url: 'https://pay.example/l/plink_1',
    state: 'active',
    mode: 'live',
    merchant: { name: evil, logo_url: null },
    branding: { color: null, corners: 'rounded', icon_url: null },
    currency: 'USD',
    line_items: [{ name: evil, quantity: 1, amount: 1_000, image_url: `javascript:${evil}` }],
    locale: null,
  };
  const landing = renderLanding(link, { ...page, base_path: '/pay' });
  assert.ok(!landing.includes('<script'));
  assert.ok(!landing.includes('og:image'), 'only an address that a browser may load');
  assert.match(landing, /<form method="post" action="\/pay\/l\/plink_1">/);
  for (const [state, title] of [
    ['inactive', 'This link is closed'],
    ['expired', 'This link has expired'],
    ['used_up', 'This offer is sold out'],
  ] as const) {
    const closed = renderLinkClosed({ ...link, state, line_items: [] }, page);
    assert.ok(closed.includes(title) && !closed.includes('<script') && !closed.includes('<form'));
  }
  const file = qrFile(link.url);
  assert.match(file, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+"/);
  assert.ok(!qrFile(`${link.url}?${evil}`).includes('<script'));
});
