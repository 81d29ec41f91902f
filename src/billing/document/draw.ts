// An invoice or a credit note as a PDF: the same facts make the same bytes. Draws what view.ts says and works nothing out; amounts are
// written as they were billed. Runs in the drawing thread (kit/print).

import PDFDocument from 'pdfkit';
import { assert } from '../../kit/assert.ts';
import { display, isCurrency } from '../../kit/money.ts';
import { type Style, Typesetter } from '../../kit/print/typeset.ts';
import { lettersOf } from './letters.ts';
import { paidBy, termsIn, worded } from './said.ts';
import type { DocumentView, Party } from './view.ts';
import { addressLines, dayIn, localeOf, rateIn, type SayWord, spanIn, wordLanguage, wordsIn } from './words.ts';

export type DocumentFacts = { view: DocumentView; logo: Uint8Array | null };

const page = { width: 595.28, height: 841.89, side: 48, top: 48, last: 764 };
const inner = page.width - page.side * 2;
const ink = '#1b1f24';
const pale = '#5b6470';
const rule = '#d5d9df';
const plainStyle: Style = { size: 9.5, color: ink };
const paleStyle: Style = { size: 9.5, color: pale };
const small: Style = { size: 8.5, color: pale };
const bold: Style = { size: 9.5, bold: true, color: ink };

/** Widths of quantity, unit price and amount; the description has the rest. */
const columns = { quantity: 56, unit: 92, amount: 96, gap: 12 };

export async function draw({ view, logo }: DocumentFacts): Promise<Buffer> {
  const drawing = new Drawing(view);
  const { doc } = drawing;
  const pieces: Buffer[] = [];
  doc.on('data', (piece: Buffer) => pieces.push(piece));
  const done = new Promise<void>((resolve, reject) => {
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  await drawing.prepare();
  drawing.head(logo);
  drawing.parties();
  drawing.headline();
  drawing.table();
  drawing.sums();
  drawing.history();
  drawing.feet();
  doc.end();
  await done;
  return Buffer.concat(pieces);
}

class Drawing {
  readonly doc: InstanceType<typeof PDFDocument>;
  readonly view: DocumentView;
  readonly type: Typesetter;
  readonly say: SayWord;
  readonly locale: string;
  readonly money: (amount: number) => string;
  readonly day: (at: string) => string;
  readonly span: (start: string, end: string) => string;
  readonly accent: string;
  y = page.top;

  constructor(view: DocumentView) {
    this.locale = localeOf(view.locale);
    this.say = wordsIn(this.locale);
    this.view = worded(view, this.say);
    const { currency } = view;
    assert(isCurrency(currency), 'a document is in a known currency');
    this.money = (amount) => display(amount, currency, this.locale);
    this.day = dayIn(this.locale, view.time_zone);
    this.span = spanIn(this.locale, view.time_zone);
    this.accent = view.branding.color ?? '#0b6b4f';
    const rtl = wordLanguage(this.locale) === 'ar';
    const title = `${this.say(view.kind)} ${view.number}`;
    this.doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      lang: this.locale,
      bufferPages: true,
      displayTitle: true,
      info: {
        Title: title,
        Author: view.seller.name ?? view.merchant.name,
        Creator: 'Florin',
        Producer: 'Florin',
        CreationDate: new Date(view.created_at),
        Subject: view.id,
      },
    });
    this.type = new Typesetter(this.doc, this.locale, rtl ? 'rtl' : 'ltr');
  }

  async prepare(): Promise<void> {
    await this.type.prepare(lettersOf(this.view, this));
  }

  /** From the side where reading begins. */
  private x(from: number, width: number): number {
    return this.type.direction === 'rtl' ? page.width - from - width : from;
  }

  private put(text: string, style: Style, from: number, width: number, align: 'start' | 'end' = 'start', y = this.y) {
    this.type.draw(text, style, { x: this.x(from, width), y, width, align });
  }

  private line(color: string, y: number, from = page.side, width = inner, thick = 0.6): void {
    const x = this.x(from, width);
    this.doc
      .moveTo(x, y)
      .lineTo(x + width, y)
      .lineWidth(thick)
      .strokeColor(color)
      .stroke();
  }

  private turn(needed: number): boolean {
    if (this.y + needed <= page.last) return false;
    this.doc.addPage();
    this.y = page.top + 10;
    return true;
  }

  head(logo: Uint8Array | null): void {
    const { view, say, doc } = this;
    doc.rect(0, 0, page.width, 6).fill(this.accent);
    const half = inner / 2 - 10;
    if (logo) {
      const [width, height] = [170, 46];
      const align = this.type.direction === 'rtl' ? 'right' : undefined;
      const place = {
        fit: [width, height] as [number, number],
        valign: 'center' as const,
        ...(align ? { align: align as 'right' } : {}),
      };
      doc.image(Buffer.from(logo), this.x(page.side, width), page.top - 10, place);
    } else {
      const style: Style = { size: 15, bold: true };
      const [first = ''] = this.type.lines(view.merchant.name, style, half);
      this.put(first, style, page.side, half, 'start', page.top + 14);
    }
    const title: Style = { size: 22, bold: true };
    this.put(say(view.kind), title, page.side + inner - half, half, 'end', page.top + 14);
    const state = view.mode === 'sandbox' ? say('sandbox') : say(view.overdue ? 'overdue' : `status_${view.status}`);
    const color = view.mode === 'sandbox' ? '#a33b00' : pale;
    this.put(state, { size: 9, color, bold: true }, page.side + inner - half, half, 'end', page.top + 31);
    this.y = page.top + 66;
    const facts: [string, string][] = [
      [say('number'), view.number],
      [say('date'), this.day(view.created_at)],
    ];
    if (view.invoice_number) facts.push([say('for_invoice'), view.invoice_number]);
    if (view.period) facts.push([say('period'), this.span(view.period.start, view.period.end)]);
    if (view.due_at && !view.paid_at) facts.push([say('due_on'), this.day(view.due_at)]);
    if (view.days_until_due) facts.push([say('payment_terms'), termsIn(say, this.locale, view.days_until_due)]);
    if (view.paid_at && view.kind === 'invoice') facts.push([say('paid_on'), this.day(view.paid_at)]);
    for (const [name, value] of facts) {
      this.put(name, paleStyle, page.side, 130);
      this.put(value, plainStyle, page.side + 136, inner - 136);
      this.y += 15;
    }
    this.y += 16;
  }

  parties(): void {
    const { view, say } = this;
    const width = inner / 2 - 12;
    const top = this.y;
    const sides: [string, Party, number][] = [
      [say('from'), { ...view.seller, name: view.seller.name ?? view.merchant.name }, page.side],
      [say('bill_to'), view.customer, page.side + inner / 2 + 12],
    ];
    let lowest = top;
    for (const [title, party, from] of sides) {
      this.y = top;
      this.put(title, small, from, width);
      this.y += 15;
      const name = party.name ?? party.email ?? '';
      const rest = [
        ...addressLines(this.locale, party.address),
        party.name === null ? null : party.email,
        party.phone,
        party.tax_id && `${say('tax_id')}: ${party.tax_id}`,
      ].filter((one): one is string => typeof one === 'string' && one !== '');
      for (const line of this.type.lines(name, bold, width).slice(0, 4)) {
        this.put(line, bold, from, width);
        this.y += 13.5;
      }
      for (const text of rest)
        for (const line of this.type.lines(text, plainStyle, width).slice(0, 4)) {
          this.put(line, plainStyle, from, width);
          this.y += 13.5;
        }
      lowest = Math.max(lowest, this.y);
    }
    this.y = lowest + 24;
  }

  /** What the reader wants to know first. */
  headline(): void {
    const { view, say, money } = this;
    const style: Style = { size: 14, bold: true };
    const text = (() => {
      if (view.status === 'void') return say('is_void');
      if (view.kind === 'credit_note') return `${say('total_credited')}: ${money(view.total)}`;
      const amount = money(view.amount_due);
      if (view.status !== 'paid' && view.due_at) return say('due_until', { amount, date: this.day(view.due_at) });
      if (view.status !== 'paid') return say('due_now', { amount });
      if (view.amount_paid === 0 || view.paid_at === null) return say('nothing_due');
      return say('paid_in_full', { amount: money(view.amount_paid), date: this.day(view.paid_at) });
    })();
    this.put(text, style, page.side, inner);
    this.y += 16;
    const notes = [view.method && say(`by_${view.method}`), view.memo].filter((one) => typeof one === 'string');
    for (const note of notes)
      for (const line of this.type.lines(note, paleStyle, inner)) {
        this.put(line, paleStyle, page.side, inner);
        this.y += 13.5;
      }
    this.y += 18;
  }

  private heading(): void {
    const { say } = this;
    const { quantity, unit, amount, gap } = columns;
    const end = page.side + inner;
    this.put(say('description'), small, page.side, inner - quantity - unit - amount - gap * 3);
    if (this.view.kind === 'invoice') {
      this.put(say('quantity'), small, end - amount - unit - quantity - gap * 2, quantity, 'end');
      this.put(say('unit_price'), small, end - amount - unit - gap, unit, 'end');
    }
    this.put(say('amount'), small, end - amount, amount, 'end');
    this.line(ink, this.y + 6, page.side, inner, 0.9);
    this.y += 21;
  }

  table(): void {
    const { view, money } = this;
    const { quantity, unit, amount, gap } = columns;
    const end = page.side + inner;
    const width = inner - (view.kind === 'invoice' ? quantity + unit + gap * 2 : 0) - amount - gap;
    const number = new Intl.NumberFormat(this.locale);
    this.turn(60);
    this.heading();
    for (const line of view.lines) {
      const texts = this.type.lines(line.description, plainStyle, width);
      const span = line.period && this.span(line.period.start, line.period.end);
      if (this.turn(Math.min(texts.length, 3) * 13 + (span ? 12 : 0) + 6)) this.heading();
      if (view.kind === 'invoice') {
        if (line.quantity !== null)
          this.put(number.format(line.quantity), plainStyle, end - amount - unit - quantity - gap * 2, quantity, 'end');
        if (line.unit_amount !== null)
          this.put(money(line.unit_amount), plainStyle, end - amount - unit - gap, unit, 'end');
      }
      this.put(money(line.amount), plainStyle, end - amount, amount, 'end');
      for (const text of texts) {
        if (this.turn(13)) this.heading();
        this.put(text, plainStyle, page.side, width);
        this.y += 13;
      }
      if (span) {
        this.put(span, small, page.side, width);
        this.y += 12;
      }
      this.line(rule, this.y - 5);
      this.y += 9;
    }
    this.y += 4;
  }

  sums(): void {
    const { view, say, money } = this;
    const rows: { name: string; amount: number; strong?: boolean }[] = [
      { name: say('subtotal'), amount: view.subtotal },
    ];
    for (const { name, amount } of view.discounts)
      rows.push({ name: name === null ? say('discount') : `${say('discount')}: ${name}`, amount: -amount });
    for (const tax of view.taxes) {
      const name = tax.rate_ppm === null ? tax.name : `${tax.name} ${rateIn(this.locale, tax.rate_ppm)}`;
      rows.push({ name: tax.inclusive ? say('tax_included', { tax: name }) : name, amount: tax.amount });
    }
    rows.push({ name: say(view.kind === 'invoice' ? 'total' : 'total_credited'), amount: view.total, strong: true });
    if (view.credit_applied > 0) rows.push({ name: say('credit_applied'), amount: -view.credit_applied });
    if (view.credited_due > 0) rows.push({ name: say('credited'), amount: -view.credited_due });
    if (view.kind === 'invoice' && view.status !== 'void') {
      if (view.status === 'paid') rows.push({ name: say('amount_paid'), amount: view.amount_paid });
      rows.push({ name: say('amount_due'), amount: view.status === 'paid' ? 0 : view.amount_due, strong: true });
    }
    const width = 260;
    const from = page.side + inner - width;
    for (const { name, amount, strong } of rows) {
      const texts = this.type.lines(name, strong ? bold : plainStyle, width - 110);
      this.turn(texts.length * 13 + 6);
      if (strong) this.line(ink, this.y - 12, from, width);
      this.put(money(amount), strong ? bold : plainStyle, from + width - 110, 110, 'end');
      for (const text of texts) {
        this.put(text, strong ? bold : plainStyle, from, width - 110);
        this.y += 13;
      }
      this.y += 5;
    }
    this.y += 14;
  }

  history(): void {
    const { view, say, money } = this;
    const parts: [string, [string, string, string][]][] = [
      [say('payments'), view.payments.map(({ at, amount, ...by }) => [this.day(at), paidBy(say, by), money(amount)])],
      [
        say('credit_notes'),
        view.credit_notes.map(({ at, number, total, method }) => [
          this.day(at),
          `${number} · ${say(`by_${method}`)}`,
          money(total),
        ]),
      ],
    ];
    for (const [title, rows] of parts) {
      if (rows.length === 0) continue;
      this.turn(50);
      this.put(title, bold, page.side, inner);
      this.line(rule, this.y + 6);
      this.y += 21;
      for (const [at, what, amount] of rows) {
        this.turn(15);
        this.put(at, plainStyle, page.side, 130);
        this.put(what, plainStyle, page.side + 136, inner - 136 - 110);
        this.put(amount, plainStyle, page.side + inner - 110, 110, 'end');
        this.y += 15;
      }
      this.y += 14;
    }
  }

  /** Last, when it is known how many pages there are. */
  feet(): void {
    const { view, say, doc } = this;
    const { count } = doc.bufferedPageRange();
    for (let i = 0; i < count; i++) {
      doc.switchToPage(i);
      this.line(rule, 778);
      const lines = view.footer
        ? this.type.lines(view.footer, { size: 7.5, color: pale }, inner - 110).slice(0, 3)
        : [];
      const shown = lines.length > 0 ? lines : [`${say(view.kind)} ${view.number}`];
      for (const [k, text] of shown.entries())
        this.put(text, { size: 7.5, color: pale }, page.side, inner - 110, 'start', 790 + k * 10);
      const pages = say('page', { page: String(i + 1), pages: String(count) });
      this.put(pages, { size: 7.5, color: pale }, page.side + inner - 100, 100, 'end', 790);
    }
  }
}
