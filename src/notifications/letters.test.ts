// Every mail in every language: it says what it should, whatever others wrote stays text, and nothing of a template is left open.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emailKinds } from '../operation/context.ts';
import type { Template } from './letter.ts';
import { cardExpiring } from './letters/card-expiring.ts';
import { invoiceIssued } from './letters/invoice-issued.ts';
import { invoicePaid } from './letters/invoice-paid.ts';
import { paymentFailed } from './letters/payment-failed.ts';
import { paymentReceipt } from './letters/payment-receipt.ts';
import { portalLink } from './letters/portal-link.ts';
import { refundReceipt } from './letters/refund-receipt.ts';
import { renewalUpcoming } from './letters/renewal-upcoming.ts';
import { subscriptionCanceled } from './letters/subscription-canceled.ts';
import { trialEnding } from './letters/trial-ending.ts';
import { languages, localeFor } from './messages.ts';
import { type Rendered, renderMail, type Sender } from './render.ts';
import { samples } from './templates.ts';

const sender: Sender = {
  merchant: 'Acme Coffee',
  logo_url: 'https://example.com/logo.png',
  color: '#7a1fa2',
  corners: 'rounded',
  time_zone: 'Europe/Berlin',
  mode: 'live',
  reply_to: 'help@example.com',
};

const all = (each: (rendered: Rendered, kind: string, language: string) => void, from: Sender = sender) => {
  for (const kind of emailKinds) for (const language of languages) each(samples[kind](from, language), kind, language);
};

test('every kind in every language has subject, HTML and plain text, without an open placeholder or a missing value', () => {
  all(({ subject, html, text }, kind, language) => {
    const where = `${kind} in ${language}`;
    assert.notEqual(subject, '', where);
    for (const part of [subject, html, text]) assert.doesNotMatch(part, /\{\w+\}|undefined|\bNaN\b|\[object/, where);
    assert.doesNotMatch(subject, /[\r\n]/, where);
    assert.match(html, new RegExp(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`), where);
    assert.ok(text.includes('Acme Coffee'), where);
  });
});

test('a mail runs nothing and loads nothing but the logo', () => {
  all(({ html }, kind) => {
    assert.doesNotMatch(html, /<script|<form|<iframe|<link|<object|\son\w+=|javascript:|@import|url\(/i, kind);
    assert.deepEqual(html.match(/\ssrc="[^"]*"/g), [' src="https://example.com/logo.png"'], kind);
    assert.doesNotMatch(html, /<table/i, kind);
  });
});

test('no two languages say the same, and none falls back to English', () => {
  for (const kind of emailKinds) {
    const subjects = languages.map((language) => samples[kind](sender, language).text);
    assert.equal(new Set(subjects).size, languages.length, kind);
  }
});

const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'\`&\r\nBcc: mallory@example.com`;

/** Every text of the sample, replaced; times, amounts, choices and addresses of ours stay. */
function poisoned<T>(value: T, name = ''): T {
  const ours = ['currency', 'why', 'state', 'interval', 'brand'];
  if (typeof value === 'string')
    return (/^\d{4}-\d\d-\d\dT/.test(value) || ours.includes(name) || name === 'url' ? value : evil) as T;
  if (Array.isArray(value)) return value.map((one) => poisoned(one)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one, key)])) as T;
}

test('whatever merchants, products and customers are called stays text', () => {
  const from = { ...sender, merchant: evil, logo_url: `javascript:alert(1)` };
  const check = <Data>(template: Template<Data>) => {
    for (const language of languages) {
      const { subject, html, text } = renderMail(template, poisoned(template.sample), from, language);
      assert.doesNotMatch(html, /<script|<img|onerror=alert\(2\)>/i, template.kind);
      assert.match(html, /&lt;script&gt;/, template.kind);
      assert.doesNotMatch(html, /javascript:/, template.kind);
      assert.doesNotMatch(subject, /[\r\n]/, template.kind);
      assert.doesNotMatch(text, /^Bcc:/m, template.kind);
      assert.ok(subject.length <= 200, template.kind);
    }
  };
  check(paymentReceipt);
  check(refundReceipt);
  check(invoiceIssued);
  check(invoicePaid);
  check(paymentFailed);
  check(trialEnding);
  check(renewalUpcoming);
  check(cardExpiring);
  check(subscriptionCanceled);
  check(portalLink);
});

test('a button leads to a web address and nowhere else', () => {
  const { html } = renderMail(portalLink, { url: 'javascript:alert(1)', minutes: 15 }, sender, 'en');
  assert.doesNotMatch(html, /<a |javascript:/);
});

test('signs that turn the direction of text are taken out of names', () => {
  const { html, subject } = renderMail(
    renewalUpcoming,
    { ...renewalUpcoming.sample, product: 'Tea\u202Egnp.exe\u2066' },
    sender,
    'en',
  );
  assert.ok(subject.includes('Teagnp.exe'));
  assert.doesNotMatch(html, /\u202e/);
});

test('amounts are written as the language and the currency want, from whole minor units', () => {
  const of = (currency: string, amount: number, locale: string) =>
    renderMail(paymentReceipt, { ...paymentReceipt.sample, amount, currency, sold: null }, sender, locale).text;
  assert.ok(of('EUR', 123456, 'de').includes('1.234,56\u00a0€'));
  assert.ok(of('EUR', 123456, 'en').includes('€1,234.56'));
  assert.ok(of('JPY', 5000, 'en').includes('¥5,000'));
  assert.ok(of('KWD', 12345, 'en').includes('12.345'));
  assert.ok(of('CHF', 123456, 'de-CH').includes('234.56'));
});

test('dates are those of the merchant’s clocks', () => {
  const at = { ...trialEnding.sample, ends_at: '2026-03-14T23:30:00Z' };
  assert.ok(renderMail(trialEnding, at, sender, 'en').subject.includes('March 15, 2026'));
  const tokyo = { ...sender, time_zone: 'America/New_York' };
  assert.ok(renderMail(trialEnding, at, tokyo, 'en').subject.includes('March 14, 2026'));
  // Not by the calendar of the region, which a date of a charge is not written in.
  assert.ok(renderMail(trialEnding, at, sender, 'ar-SA').text.match(/2026|٢٠٢٦/));
});

test('an inclusive tax changes no sum, an exclusive one is one of them', () => {
  const say = (sold: { subtotal: number; discount: number; tax: number; total: number }) =>
    renderMail(
      paymentReceipt,
      { ...paymentReceipt.sample, amount: sold.total, sold: { items: [], ...sold } },
      sender,
      'en',
    ).text;
  assert.match(say({ subtotal: 1190, discount: 0, tax: 190, total: 1190 }), /Including tax: €1\.90/);
  assert.match(say({ subtotal: 1000, discount: 0, tax: 190, total: 1190 }), /\nTax: €1\.90/);
});

test('the sandbox says in every mail that no real money moves; live mode does not', () => {
  all(({ text, html }) => {
    assert.doesNotMatch(text, /Sandbox|Bac à sable|pruebas: no|تجريبية: لا/);
    assert.doesNotMatch(html, /fff3d6/);
  });
  all(({ html }) => assert.match(html, /fff3d6/), { ...sender, mode: 'sandbox' });
});

test('the language is the first that is known, with its region; else English', () => {
  assert.equal(localeFor(null, 'de-CH', 'fr'), 'de-CH');
  assert.equal(localeFor('pt-BR', undefined, 'es'), 'es');
  assert.equal(localeFor('xx-broken-tag-', 'not a tag', null), 'en');
  assert.equal(localeFor('AR'), 'ar');
  assert.equal(localeFor('de-DE-u-ca-buddhist'), 'de-DE');
  assert.equal(localeFor(), 'en');
});
