// What can be known of a card from its digits, and how typing is shaped while the caret stays where the hand is.
// Pure and without a document, so that every rule here is tested by itself. Must never store or log what it is given.

export type Brand = 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay';
export type Edit = { value: string; caret: number };

// Ranges of the first digits (issuer identification numbers), as the networks publish them; the first row that fits decides.
// 622126–622925 are UnionPay cards that Discover carries too: shown as UnionPay, which is what is printed on them.
const ranges: readonly [from: string, to: string, brand: Brand][] = [
  ['34', '34', 'amex'],
  ['37', '37', 'amex'],
  ['300', '305', 'diners'],
  ['3095', '3095', 'diners'],
  ['36', '36', 'diners'],
  ['38', '39', 'diners'],
  ['3528', '3589', 'jcb'],
  ['4', '4', 'visa'],
  ['51', '55', 'mastercard'],
  ['2221', '2720', 'mastercard'],
  ['6011', '6011', 'discover'],
  ['644', '649', 'discover'],
  ['65', '65', 'discover'],
  ['62', '62', 'unionpay'],
  ['81', '81', 'unionpay'],
];

const lengths: Record<Brand, readonly number[]> = {
  visa: [13, 16, 19],
  mastercard: [16],
  amex: [15],
  discover: [16, 17, 18, 19],
  diners: [14, 15, 16, 17, 18, 19],
  jcb: [16, 17, 18, 19],
  unionpay: [16, 17, 18, 19],
};
const anyLength = [12, 13, 14, 15, 16, 17, 18, 19] as const;

/** Digits only; Arabic-Indic and Persian ones are read as what they mean. */
export const digitsOf = (text: string): string =>
  text
    .replaceAll(/[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) => String((digit.codePointAt(0) ?? 0) % 16))
    .replaceAll(/\D/g, '');

/** The brand, as soon as the digits typed allow one only. */
export function brandOf(digits: string): Brand | undefined {
  return ranges.find(([from, to]) => {
    const head = digits.slice(0, from.length);
    return head.length === from.length && head >= from && head <= to;
  })?.[2];
}

export const lengthsOf = (brand: Brand | undefined): readonly number[] => (brand ? lengths[brand] : anyLength);
export const cvcLength = (brand: Brand | undefined): 3 | 4 => (brand === 'amex' ? 4 : 3);

export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

const groupsOf = (brand: Brand | undefined): readonly number[] =>
  brand === 'amex' ? [4, 6, 5] : brand === 'diners' ? [4, 6, 4, 5] : [4, 4, 4, 4, 3];

export function formatNumber(digits: string): string {
  const brand = brandOf(digits);
  const most = Math.max(...lengthsOf(brand));
  // A Diners card of the common 14 digits is grouped 4-6-4, a longer one in fours.
  const groups = brand === 'diners' && digits.length > 14 ? groupsOf(undefined) : groupsOf(brand);
  let rest = digits.slice(0, most);
  const parts: string[] = [];
  for (const size of groups) {
    if (rest === '') break;
    parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return parts.join(' ');
}

const slash = ' / ';

/** `1227` → `12 / 27`, `5` → `05 / `, `12/2027` → `12 / 27`. The slash comes by itself while typing forward only. */
export function formatExpiry(text: string, forward: boolean): string {
  const iso = /^\s*(20\d\d)\s*[-/.]\s*(\d{1,2})\s*$/.exec(text);
  if (iso) return `${(iso[2] ?? '').padStart(2, '0')}${slash}${(iso[1] ?? '').slice(2)}`;
  // While deleting, the halves stay what they were: nothing is put in that the hand just took out.
  if (!forward && text.includes('/')) {
    const [month = '', year = ''] = text.split('/').map(digitsOf);
    return year === '' ? month : `${month}${slash}${year}`;
  }
  let digits = digitsOf(text);
  // A first digit above 1, or a single digit before a separator, is a whole month.
  if (forward && (/^[2-9]/.test(digits) || /^\s*\d\s*[-/.]/.test(text))) digits = `0${digits}`;
  const month = digits.slice(0, 2);
  const year = /^20\d\d$/.test(digits.slice(2, 6)) ? digits.slice(4, 6) : digits.slice(2, 4);
  if (digits.length < 2 || (digits.length === 2 && !forward)) return month;
  return `${month}${slash}${year}`;
}

export type Expiry = { month: number; year: number };

export function expiryOf(text: string): Expiry | undefined {
  const match = /^(\d\d) \/ (\d\d)$/.exec(text);
  if (!match) return undefined;
  const month = Number(match[1]);
  return month >= 1 && month <= 12 ? { month, year: 2000 + Number(match[2]) } : undefined;
}

/** A card is good through the last day of its month; a browser's clock is near enough, the issuer decides in the end. */
export const isPast = ({ month, year }: Expiry, now: Date): boolean =>
  year < now.getFullYear() || (year === now.getFullYear() && month < now.getMonth() + 1);

/**
 * The text and caret after an edit. `before` is the formatted text from before it, `after` what the browser made of it. When only
 * a separator was deleted, the digit next to it goes too: otherwise a backspace would seem to do nothing.
 */
export function reshape(
  before: string,
  after: Edit,
  inputType: string,
  format: (text: string, forward: boolean) => string,
): Edit {
  let { value, caret } = after;
  const deleting = inputType.startsWith('delete');
  if (deleting && digitsOf(value) === digitsOf(before) && value.length < before.length) {
    const forward = inputType === 'deleteContentForward';
    const at = forward ? value.slice(caret).search(/\d/) + caret : value.slice(0, caret).search(/\d\D*$/);
    if (at >= 0) {
      value = value.slice(0, at) + value.slice(at + 1);
      caret = forward ? caret : at;
    }
  }
  const atEnd = caret >= value.length;
  const digitsBefore = digitsOf(value.slice(0, caret)).length;
  const shaped = format(value, !deleting);
  if (atEnd) return { value: shaped, caret: shaped.length };
  // A digit that the shaping put in front (`5` → `05`) moves the caret with it.
  const added = Math.max(0, digitsOf(shaped).length - digitsOf(value).length);
  return { value: shaped, caret: afterDigit(shaped, digitsBefore === 0 ? 0 : digitsBefore + added) };
}

function afterDigit(text: string, count: number): number {
  let seen = 0;
  let i = 0;
  while (i < text.length && seen < count) {
    if (/\d/.test(text[i] ?? '')) seen++;
    i++;
  }
  return i;
}
