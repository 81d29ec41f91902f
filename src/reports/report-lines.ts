// A settlement report that somebody has as a CSV file, as lines. Every refusal names the line and the fix.

import { type LineKind, lineKinds, type ReportLine } from '../connectors/settlement-report.ts';
import { Fault } from '../kit/fault.ts';
import { isCurrency, maxAmount } from '../kit/money.ts';
import { CsvError, readCsv } from './csv.ts';

const kinds = Object.keys(lineKinds).join(', ');
const isKind = (text: string): text is LineKind => Object.hasOwn(lineKinds, text);

const names = ['reference', 'kind', 'amount', 'currency', 'booked_at'] as const;
type Name = (typeof names)[number];

export const linesFormat = `a header line with ${names.join(', ')} in any order; \`kind\` is one of ${kinds}; \`amount\` in minor units, below zero for a refund and a dispute; \`reference\` of a dispute and its reversal is the provider’s id of the dispute`;

export async function* linesOf(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ReportLine> {
  let places: Record<Name, number> | undefined;
  let line = 0;
  try {
    for await (const cells of readCsv(pieces)) {
      line += 1;
      if (places) yield lineOf(cells, places, line);
      else places = placesIn(cells);
    }
  } catch (error) {
    throw error instanceof CsvError ? refused(error.message) : error;
  }
  if (!places) throw refused(`The file is empty. It needs ${linesFormat}.`);
}

function placesIn(header: string[]): Record<Name, number> {
  const places = names.map((name) => [name, header.findIndex((cell) => cell.trim().toLowerCase() === name)] as const);
  const missing = places.filter(([, place]) => place === -1).map(([name]) => `'${name}'`);
  if (missing.length > 0) throw refused(`The first line lacks ${missing.join(', ')}. The file needs ${linesFormat}.`);
  return Object.fromEntries(places) as Record<Name, number>;
}

function lineOf(cells: string[], places: Record<Name, number>, line: number): ReportLine {
  const cell = (name: Name) => cells[places[name]]?.trim() ?? '';
  const wrong = (name: Name, what: string) => refused(`Row ${line}: '${name}' must be ${what}.`);
  const reference = cell('reference');
  if (reference === '' || reference.length > 200) throw wrong('reference', 'text of 1 to 200 characters');
  const kind = cell('kind');
  if (!isKind(kind)) throw wrong('kind', `one of ${kinds}`);
  const amount = Number(cell('amount'));
  if (!/^-?\d{1,13}$/.test(cell('amount')) || Math.abs(amount) > maxAmount) {
    throw wrong('amount', 'a whole number of minor units');
  }
  if (amount * lineKinds[kind] < 0) {
    throw wrong('amount', 'above zero for a charge and a dispute_reversal, below zero for a refund and a dispute');
  }
  const currency = cell('currency');
  if (!isCurrency(currency)) throw wrong('currency', 'a supported ISO 4217 code in capitals');
  const booked_at = new Date(cell('booked_at'));
  if (!/T.*(Z|[+-]\d{2}:?\d{2})$/i.test(cell('booked_at')) || Number.isNaN(booked_at.getTime())) {
    throw wrong('booked_at', 'a time in ISO 8601 with a zone, such as 2026-01-31T12:00:00Z');
  }
  return { reference, kind, amount, currency, booked_at };
}

const refused = (why: string) => new Fault('parameter_invalid', why, { param: 'csv' });
