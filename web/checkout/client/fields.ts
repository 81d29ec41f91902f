// The fields of the form: shaped while typing, checked when left and when sent, each with its own message. The card is read out of
// them once, for one request; it is kept nowhere.

import {
  brandOf,
  cvcLength,
  digitsOf,
  type Edit,
  expiryOf,
  formatExpiry,
  formatNumber,
  isPast,
  lengthsOf,
  luhn,
  reshape,
} from '../card.ts';
import { comparesPostalCode, withoutPostalCode } from '../countries.ts';
import { boot, find, say } from './dom.ts';

export const fieldNames = ['email', 'number', 'expiry', 'cvc', 'name', 'country', 'postal'] as const;
export type FieldName = (typeof fieldNames)[number];
type Control = HTMLInputElement | HTMLSelectElement;

const input = (id: FieldName) => find(id, HTMLInputElement);
/** Looked up on use: a page of a session that has ended carries this script too, and no form. */
const control = (name: FieldName): Control => (name === 'country' ? find(name, HTMLSelectElement) : input(name));
const errorOf = (name: FieldName) => find(`${name}-error`, HTMLElement);
const chosen = () => document.querySelector<HTMLInputElement>('input[name="method"]:checked');

/** The saved card that is chosen; undefined when a new one is to be typed. */
export const savedCard = (): string | undefined => (paysBitcoin() ? undefined : chosen()?.value || undefined);

export const paysBitcoin = (): boolean => chosen()?.value === 'bitcoin';

/** Not so with a saved card or Bitcoin, or with nothing to pay. */
const typesCard = (): boolean => !boot.free && !chosen()?.value;

export type CardBody = {
  number: string;
  exp_month: number;
  exp_year: number;
  cvc: string;
  holder_name: string;
  billing_address: { country: string; postal_code?: string };
};

export function cardBody(): CardBody {
  const expiry = expiryOf(control('expiry').value) ?? { month: 0, year: 0 };
  const postal_code = postalShown() ? control('postal').value.trim() : '';
  return {
    number: digitsOf(control('number').value),
    exp_month: expiry.month,
    exp_year: expiry.year,
    cvc: digitsOf(control('cvc').value),
    holder_name: control('name').value.trim(),
    billing_address: { country: control('country').value, ...(postal_code ? { postal_code } : {}) },
  };
}

/** What the customer typed; undefined when the session knows it already. */
export const typedEmail = (): string | undefined => (input('email').readOnly ? undefined : input('email').value.trim());

export const wantsToSave = (): boolean => {
  const box = document.getElementById('save');
  return box instanceof HTMLInputElement && box.checked && typesCard();
};

export function clearCard(): void {
  for (const name of ['number', 'expiry', 'cvc', 'name', 'postal'] as const) control(name).value = '';
  showBrand();
}

const postalShown = () => !withoutPostalCode.has(control('country').value);

/** The complaint about a field as it stands, or undefined. Empty is a complaint only for those who have been asked to send. */
function complaint(name: FieldName): string | undefined {
  const value = control(name).value.trim();
  if (name !== 'email' && !typesCard()) return undefined;
  switch (name) {
    case 'email':
      if (typedEmail() === undefined) return undefined;
      if (value === '') return say('error_email_missing');
      return /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(value) ? undefined : say('error_email');
    case 'number': {
      const digits = digitsOf(value);
      if (digits === '') return say('error_number_missing');
      const lengths = lengthsOf(brandOf(digits));
      if (digits.length < Math.min(...lengths)) return say('error_number_short');
      return lengths.includes(digits.length) && luhn(digits) ? undefined : say('error_number');
    }
    case 'expiry': {
      if (value === '') return say('error_expiry_missing');
      const expiry = expiryOf(value);
      if (!expiry) return say('error_expiry');
      return isPast(expiry, new Date()) ? say('error_expired') : undefined;
    }
    case 'cvc': {
      const digits = cvcLength(brandOf(digitsOf(control('number').value)));
      if (value === '') return say('error_cvc_missing');
      return digitsOf(value).length === digits ? undefined : say('error_cvc', { digits: String(digits) });
    }
    case 'name':
      return value === '' ? say('error_name_missing') : undefined;
    case 'postal':
      return value === '' && comparesPostalCode.has(control('country').value) ? say('error_postal_missing') : undefined;
    case 'country':
      return undefined;
  }
}

export function showError(name: FieldName, text: string | undefined): void {
  errorOf(name).textContent = text ?? '';
  errorOf(name).hidden = text === undefined;
  if (text === undefined) control(name).removeAttribute('aria-invalid');
  else control(name).setAttribute('aria-invalid', 'true');
}

/** True when everything may be sent; else each error is shown and the first field in error has the focus. */
export function checkAll(): boolean {
  const wrong = fieldNames.filter((name) => {
    const text = complaint(name);
    showError(name, text);
    return text !== undefined;
  });
  if (wrong[0]) focusField(wrong[0]);
  return wrong.length === 0;
}

export function focusField(name: FieldName): void {
  const field = control(name);
  field.focus();
  if (field instanceof HTMLInputElement && name !== 'email') field.select();
}

// Names of the API's parameters, by their last part.
const byParam: Record<string, FieldName> = {
  email: 'email',
  number: 'number',
  exp_month: 'expiry',
  exp_year: 'expiry',
  cvc: 'cvc',
  holder_name: 'name',
  country: 'country',
  postal_code: 'postal',
};

/** The field that a parameter such as `card.exp_year` stands for, while it is there to be mended. */
export function fieldOf(param: string | undefined): FieldName | undefined {
  const name = byParam[param?.split(/[.[]/).pop() ?? ''];
  if (name === undefined || (name !== 'email' && !typesCard())) return undefined;
  return name === 'postal' && !postalShown() ? undefined : name;
}

function showBrand(): void {
  const digits = digitsOf(control('number').value);
  const brand = brandOf(digits);
  // After four digits that fit no network the row of marks goes; it would promise too much.
  find('brands', HTMLElement).dataset['brand'] = brand ?? (digits.length > 3 ? 'none' : '');
  find('cvc-hint', HTMLElement).textContent = say(brand === 'amex' ? 'cvc_front' : 'cvc_back');
  find('cvc-picture', HTMLElement).dataset['side'] = brand === 'amex' ? 'front' : 'back';
  const cvc = input('cvc');
  cvc.placeholder = brand === 'amex' ? '1234' : '123';
  cvc.maxLength = cvcLength(brand);
}

function shapes(name: FieldName, format: (text: string, forward: boolean) => string, then: () => void): void {
  const field = input(name);
  // What was typed before this script was there, or what a browser put back, is shaped like what is typed from now on.
  field.value = format(field.value, true);
  let before = field.value;
  field.addEventListener('input', (event) => {
    const typed: Edit = { value: field.value, caret: field.selectionStart ?? field.value.length };
    const { value, caret } = reshape(before, typed, event instanceof InputEvent ? event.inputType : '', format);
    if (value !== field.value) {
      field.value = value;
      // Moving the caret of a field that autofill has just filled would pull the focus to it.
      if (document.activeElement === field) field.setSelectionRange(caret, caret);
    }
    before = value;
    then();
  });
}

function showPostal(): void {
  const country = control('country').value;
  find('postal-cell', HTMLElement).hidden = !postalShown();
  find('postal-label', HTMLElement).textContent = say(country === 'US' ? 'zip_code' : 'postal_code');
  find('postal-optional', HTMLElement).hidden = comparesPostalCode.has(country);
  showError('postal', undefined);
}

/** Also called when there is nothing to pay any more, or something again. */
export function showMethod(): void {
  find('method', HTMLElement).hidden = boot.free;
  find('secure', HTMLElement).hidden = boot.free;
  find('new-card', HTMLElement).hidden = !typesCard();
}

export function startFields(): void {
  shapes(
    'number',
    (text) => formatNumber(digitsOf(text)),
    () => {
      showBrand();
      const digits = digitsOf(control('number').value);
      // A number of full length that cannot be right is said at once; anything shorter may still be on its way.
      if (digits.length === Math.max(...lengthsOf(brandOf(digits))) && !luhn(digits))
        showError('number', say('error_number'));
    },
  );
  shapes('expiry', formatExpiry, () => {
    const expiry = expiryOf(control('expiry').value);
    if (expiry && isPast(expiry, new Date())) showError('expiry', say('error_expired'));
  });
  shapes(
    'cvc',
    (text) => digitsOf(text).slice(0, cvcLength(brandOf(digitsOf(control('number').value)))),
    () => {},
  );
  for (const name of fieldNames) {
    const field = control(name);
    // Shown errors go as soon as the field is right; new ones come only when the field is left with something in it.
    field.addEventListener('input', () => {
      if (field.hasAttribute('aria-invalid') && complaint(name) === undefined) showError(name, undefined);
    });
    field.addEventListener('blur', () => {
      if (field.value.trim() !== '') showError(name, complaint(name));
    });
  }
  control('country').addEventListener('change', showPostal);
  for (const radio of document.querySelectorAll('input[name="method"]')) radio.addEventListener('change', showMethod);
  showBrand();
  showPostal();
  showMethod();
}

/** Sandbox only: fills in a card that is printed on the page. */
export function fillTestCard(number: string): void {
  const radio = document.getElementById('method-new');
  if (radio instanceof HTMLInputElement) radio.checked = true;
  showMethod();
  const values: Partial<Record<FieldName, string>> = {
    number: formatNumber(digitsOf(number)),
    expiry: '12 / 34',
    cvc: '123',
  };
  if (control('name').value === '') values.name = 'Ada Lovelace';
  if (control('postal').value === '' && comparesPostalCode.has(control('country').value)) values.postal = '94107';
  for (const [name, value] of Object.entries(values) as [FieldName, string][]) {
    control(name).value = value;
    showError(name, undefined);
  }
  showBrand();
}
