// The monthly statement as a document to file: the same lines as the CSV, drawn on A4. Must never round or sum. Runs in the drawing thread
// (kit/print), which is given facts and knows no database.

import PDFDocument from 'pdfkit';
import { plus } from '../kit/clock.ts';
import { isCurrency, toMajor } from '../kit/money.ts';
import { type Style, Typesetter } from '../kit/print/typeset.ts';
import { localDay } from '../ledger/calendar.ts';
import type { Account } from '../operation/context.ts';
import type { Period } from './period.ts';
import type { StatementLine } from './statement.ts';

const left = 56;
const right = 539;
const width = right - left;
const last_y = 742;
const row = 20;
const ink = '#1b1f24';
const pale = '#5b6470';
const rule = '#c9ced6';
const name_style: Style = { size: 12, bold: true, color: ink };

const labels: Record<string, string> = {
  opening_balance: 'Opening balance',
  closing_balance: 'Closing balance',
  refund_failures: 'Refunds that failed, returned',
  dispute_reversals: 'Disputes won or withdrawn, returned',
  payout_failures: 'Payouts that failed, returned',
  settlements: 'Became available by settlement this month',
  closing_incoming: 'Incoming, not yet available',
  closing_available: 'Available',
  closing_disputed: 'Held back for open disputes',
  closing_in_transit: 'Payouts under way',
};

export type StatementFacts = {
  account: Pick<Account, 'account_id' | 'merchant_name' | 'merchant_country' | 'mode' | 'time_zone'>;
  period: Period;
  lines: StatementLine[];
  made_at: Date;
};

/** It is as long as there are currencies, so it needs little memory however many movements are in it. */
export async function draw(facts: StatementFacts): Promise<Buffer> {
  const sheet = new Sheet(facts);
  const { doc } = sheet;
  const pieces: Buffer[] = [];
  doc.on('data', (piece: Buffer) => pieces.push(piece));
  const done = new Promise<void>((resolve, reject) => {
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  await sheet.prepare();
  sheet.head();
  sheet.foot();
  sheet.tables();
  doc.end();
  await done;
  return Buffer.concat(pieces);
}

/** The words are English; names are read as where the merchant is at home, because Han characters look otherwise there. */
const readerIn: Record<string, string> = { JP: 'ja', KR: 'ko', CN: 'zh', HK: 'zh', MO: 'zh', SG: 'zh', TW: 'zh' };

class Sheet {
  readonly doc: InstanceType<typeof PDFDocument>;
  readonly facts: StatementFacts;
  readonly type: Typesetter;
  pages = 1;
  y = 0;

  constructor(facts: StatementFacts) {
    const { account, period, made_at } = facts;
    this.facts = facts;
    this.doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      lang: 'en',
      info: {
        Title: `Statement ${monthText(facts)}, ${account.merchant_name}`,
        Author: account.merchant_name,
        Creator: 'Florin',
        Producer: 'Florin',
        CreationDate: made_at,
        Subject: `${account.account_id}, ${period.from.toISOString()} to ${period.to.toISOString()}`,
      },
      displayTitle: true,
    });
    this.type = new Typesetter(this.doc, readerIn[account.merchant_country] ?? 'en', 'ltr');
  }

  /** All of it but the name is written in these letters. */
  async prepare(): Promise<void> {
    const ours = `${String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i))}−…`;
    await this.type.prepare([
      { text: ours, bold: false },
      { text: ours + this.facts.account.merchant_name, bold: true },
    ]);
  }

  tables(): void {
    const { lines } = this.facts;
    const currencies = [...new Set(lines.map((one) => one.currency))];
    if (currencies.length === 0)
      this.put('There were no movements, and there is no balance.', left, this.y + 12, { size: 10 });
    for (const currency of currencies) {
      const own = lines.filter((one) => one.currency === currency);
      const balance = own.filter((one) => one.section === 'balance');
      const memo = own.filter((one) => one.section === 'memo');
      // A currency is not torn apart: its rows, two headings and the space between.
      this.turn((own.length + 5) * row);
      this.table(`Movements in ${currency}`, balance);
      this.y += 14;
      this.table(`At the end of the month, in ${currency}`, memo);
      this.y += 26;
    }
  }

  private turn(needed: number): void {
    if (this.y + needed <= last_y) return;
    this.doc.addPage();
    this.pages += 1;
    this.foot();
    this.y = 64;
  }

  head(): void {
    const { account, period } = this.facts;
    this.put('Account statement', left, 56, { size: 10, color: pale });
    this.put(monthText(this.facts), left, 72, { size: 20, bold: true });
    if (account.mode === 'sandbox')
      this.put('SANDBOX: NOT REAL MONEY', left, 58, { size: 8, bold: true, color: '#a33b00' }, 'end');
    this.y = 112;
    const lines = this.type.lines(account.merchant_name, name_style, width);
    for (const [i, line] of lines.slice(0, 4).entries()) {
      this.put(i === 3 && lines.length > 4 ? `${line}…` : line, left, this.y, name_style);
      this.y += 15;
    }
    this.y += 6;
    const first = localDay(period.from, account.time_zone);
    const last = localDay(plus(period.to, -1), account.time_zone);
    for (const [name, value] of [
      ['Account', account.account_id],
      ['Period', `${first} to ${last}, both included`],
      ['Time zone', account.time_zone],
    ] as const) {
      this.put(name, left, this.y, { size: 9, color: pale });
      this.put(value, left + 80, this.y, { size: 9 });
      this.y += 15;
    }
    this.y += 22;
  }

  foot(): void {
    const { account, made_at } = this.facts;
    const style: Style = { size: 7.5, color: pale };
    const made = `${made_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    this.line(776, rule);
    this.put(`Statement of ${account.account_id}, made ${made}`, left, 784, style);
    this.put(`Page ${this.pages}`, left, 784, style, 'end');
  }

  private table(heading: string, lines: StatementLine[]): void {
    this.put(heading, left, this.y, { size: 11, bold: true });
    this.put('Count', right - 210, this.y + 2, { size: 8, color: pale }, 'end', 60);
    this.put('Amount', left, this.y + 2, { size: 8, color: pale }, 'end');
    this.y += row;
    this.line(this.y - 3, ink);
    for (const { line: name, count, amount, currency } of lines) {
      const total = name === 'opening_balance' || name === 'closing_balance';
      const style: Style = { size: 9.5, bold: total, color: ink };
      const quiet = (is: boolean): Style => ({ ...style, color: is ? pale : ink });
      if (name === 'closing_balance') this.line(this.y, ink);
      this.put(labelOf(name), left, this.y + 4, style);
      if (count !== null) this.put(grouped(String(count)), right - 210, this.y + 4, quiet(count === 0), 'end', 60);
      this.put(amountText(amount, currency), left, this.y + 4, quiet(amount === 0 && !total), 'end');
      this.y += row;
      this.line(this.y, name === 'closing_balance' ? ink : rule);
    }
  }

  /** From the top of its letters. */
  private put(text: string, x: number, top: number, style: Style, align: 'start' | 'end' = 'start', wide = right - x) {
    this.type.draw(text, style, { x, y: top + style.size * 0.93, width: wide, align });
  }

  private line(y: number, color: string): void {
    this.doc.moveTo(left, y).lineTo(right, y).lineWidth(0.6).strokeColor(color).stroke();
  }
}

const labelOf = (name: string) => {
  const words = labels[name] ?? name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const grouped = (whole: string) => whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** As accounts are written: 1,234.50, and a minus that cannot be overlooked. */
function amountText(amount: number, currency: string): string {
  if (!isCurrency(currency)) return String(amount);
  const [whole = '', part] = toMajor(Math.abs(amount), currency).split('.');
  return `${amount < 0 ? '−' : ''}${grouped(whole)}${part === undefined ? '' : `.${part}`} ${currency}`;
}

const monthText = ({ period, account }: StatementFacts) =>
  new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: account.time_zone }).format(period.from);
