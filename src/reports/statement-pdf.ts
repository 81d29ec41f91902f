// The monthly statement as a document to file: the same lines as the CSV, drawn on A4. What the font does not know (Chinese, Japanese,
// Korean and the scripts of South Asia) is drawn as boxes; the account's id stands beside the name for that. Must never round or sum.

import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import { plus } from '../kit/clock.ts';
import { isCurrency, toMajor } from '../kit/money.ts';
import { localDay } from '../ledger/calendar.ts';
import type { Account } from '../operation/context.ts';
import type { Period } from './period.ts';
import type { StatementLine } from './statement.ts';

/** Embedded, and only the characters that are used. Covers Latin, Greek and Cyrillic, with figures of one width. */
const font = (name: string) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
const plain = font('DejaVuSans');
const bold = font('DejaVuSans-Bold');

const left = 56;
const right = 539;
const width = right - left;
const last_y = 742;
const row = 20;
const ink = '#1b1f24';
const pale = '#5b6470';
const rule = '#c9ced6';

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

export type StatementFacts = { account: Account; period: Period; lines: StatementLine[]; made_at: Date };
type Doc = InstanceType<typeof PDFDocument>;

/** A stream of its bytes. It is as long as there are currencies, so it needs little memory however many movements are in it. */
export function statementPdf(facts: StatementFacts): AsyncIterable<Buffer> {
  const { account, period, lines, made_at } = facts;
  const doc = new PDFDocument({
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
  let pages = 1;
  let y = drawHead(doc, facts);
  drawFoot(doc, facts, pages);
  const turn = (needed: number) => {
    if (y + needed <= last_y) return;
    doc.addPage();
    pages += 1;
    drawFoot(doc, facts, pages);
    y = 64;
  };
  const currencies = [...new Set(lines.map((line) => line.currency))];
  if (currencies.length === 0)
    text(doc, 'There were no movements, and there is no balance.', left, y + 12, plain, 10, ink);
  for (const currency of currencies) {
    const own = lines.filter((line) => line.currency === currency);
    const balance = own.filter((line) => line.section === 'balance');
    const memo = own.filter((line) => line.section === 'memo');
    // A currency is not torn apart: its rows, two headings and the space between.
    turn((own.length + 5) * row);
    y = drawTable(doc, y, `Movements in ${currency}`, balance);
    y = drawTable(doc, y + 14, `At the end of the month, in ${currency}`, memo) + 26;
  }
  doc.end();
  return doc as unknown as AsyncIterable<Buffer>;
}

function drawHead(doc: Doc, { account, period, made_at, ...rest }: StatementFacts): number {
  const month = monthText({ account, period, made_at, ...rest });
  text(doc, 'Account statement', left, 56, plain, 10, pale);
  text(doc, month, left, 72, bold, 20, ink);
  if (account.mode === 'sandbox') text(doc, 'SANDBOX: NOT REAL MONEY', left, 58, bold, 8, '#a33b00', 'right');
  doc.font(bold).fontSize(12).fillColor(ink);
  const name_height = Math.min(doc.heightOfString(account.merchant_name, { width }), 62);
  doc.text(account.merchant_name, left, 112, { width, height: name_height, ellipsis: true });
  let y = 112 + name_height + 6;
  const first = localDay(period.from, account.time_zone);
  const last = localDay(plus(period.to, -1), account.time_zone);
  for (const [name, value] of [
    ['Account', account.account_id],
    ['Period', `${first} to ${last}, both included`],
    ['Time zone', account.time_zone],
  ] as const) {
    text(doc, name, left, y, plain, 9, pale);
    text(doc, value, left + 80, y, plain, 9, ink);
    y += 15;
  }
  return y + 22;
}

function drawFoot(doc: Doc, { account, made_at }: StatementFacts, page: number): void {
  line(doc, 776, rule);
  const made = `${made_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  text(doc, `Statement of ${account.account_id}, made ${made}`, left, 784, plain, 7.5, pale);
  text(doc, `Page ${page}`, left, 784, plain, 7.5, pale, 'right');
}

function drawTable(doc: Doc, top: number, heading: string, lines: StatementLine[]): number {
  let y = top;
  text(doc, heading, left, y, bold, 11, ink);
  text(doc, 'Count', right - 210, y + 2, plain, 8, pale, 'right', 60);
  text(doc, 'Amount', left, y + 2, plain, 8, pale, 'right');
  y += row;
  line(doc, y - 3, ink);
  for (const { line: name, count, amount, currency } of lines) {
    const total = name === 'opening_balance' || name === 'closing_balance';
    const face = total ? bold : plain;
    if (name === 'closing_balance') line(doc, y, ink);
    text(doc, labelOf(name), left, y + 4, face, 9.5, ink);
    if (count !== null)
      text(doc, grouped(String(count)), right - 210, y + 4, face, 9.5, count === 0 ? pale : ink, 'right', 60);
    text(doc, amountText(amount, currency), left, y + 4, face, 9.5, amount === 0 && !total ? pale : ink, 'right');
    y += row;
    line(doc, y, name === 'closing_balance' ? ink : rule);
  }
  return y;
}

function text(
  doc: Doc,
  what: string,
  x: number,
  y: number,
  face: string,
  size: number,
  colour: string,
  align: 'left' | 'right' = 'left',
  wide = right - x,
) {
  doc
    .font(face)
    .fontSize(size)
    .fillColor(colour)
    .text(what, x, y, { width: wide, align, lineBreak: align === 'right' });
}

const line = (doc: Doc, y: number, colour: string) =>
  doc.moveTo(left, y).lineTo(right, y).lineWidth(0.6).strokeColor(colour).stroke();

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
