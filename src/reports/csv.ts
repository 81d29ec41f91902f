// Comma-separated text by RFC 4180, both ways. Pure. What is written is inert: no cell is taken for a formula by a spreadsheet.
// Must never change a number.

export type Cell = string | number | boolean | null;

/** What a spreadsheet takes for the beginning of a formula; the wide forms count in East Asian settings. */
const formula = '=+\\-@＝＋－＠';
const opensFormula = new RegExp(`^[${formula}\\t\\r\\n]`);
// Spreadsheets of countries that write 1,50 split lines at semicolons, whatever the quotes say: a formula may hide behind one.
const hiddenFormula = new RegExp(`([;\\t\\r\\n][ ]*)(?=[${formula}])`, 'g');
const plainNumber = /^-\d+(\.\d+)?$/;

export function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = inert(value);
  return /[",;\t\r\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function inert(text: string): string {
  if (plainNumber.test(text)) return text;
  const calm = text.replaceAll(hiddenFormula, "$1'");
  return opensFormula.test(calm) ? `'${calm}` : calm;
}

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(',')}\r\n`;

export class CsvError extends Error {
  override name = 'CsvError';
}

/** Longest cell that is read: beyond it a quote was left open. */
const longest = 100_000;

/** Rows of a text that comes in pieces; a piece may end anywhere. Memory: one piece and one row. */
export async function* readCsv(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string[]> {
  let row: string[] = [];
  let cell = '';
  let line = 1;
  // `closing`: a quote inside quotes was read; the next character tells whether it ends the cell or stands for itself.
  let state: 'start' | 'bare' | 'quoted' | 'closing' = 'start';
  let returned = false;
  let first = true;
  for await (const piece of pieces) {
    const rows: string[][] = [];
    for (const char of first ? piece.replace(/^\uFEFF/, '') : piece) {
      const after_return = returned;
      returned = false;
      if (state === 'quoted') {
        if (char === '"') state = 'closing';
        else cell += char;
        if (char === '\n') line += 1;
      } else if (state === 'closing' && char === '"') {
        cell += '"';
        state = 'quoted';
      } else if (char === ',') {
        row.push(cell);
        cell = '';
        state = 'start';
      } else if (char === '\r' || char === '\n') {
        returned = char === '\r';
        if (char === '\n' && after_return) continue;
        line += 1;
        if (row.length > 0 || cell !== '' || state === 'closing') rows.push([...row, cell]);
        row = [];
        cell = '';
        state = 'start';
      } else if (state === 'closing') {
        throw new CsvError(`Line ${line}: after a closing quote comes a comma or the end of the line.`);
      } else if (char === '"' && state === 'start') {
        state = 'quoted';
      } else {
        cell += char;
        state = 'bare';
      }
      if (cell.length > longest)
        throw new CsvError(`Line ${line}: a cell has more than ${longest} characters; is a quote left open?`);
    }
    if (piece !== '') first = false;
    yield* rows;
  }
  if (state === 'quoted') throw new CsvError(`Line ${line}: the text ends inside quotes.`);
  if (row.length > 0 || cell !== '' || state === 'closing') yield [...row, cell];
}
