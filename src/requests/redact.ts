// What of a call's body may be kept: everything but what opens a door or pays. By the name of a field, whatever stands in it, and by
// shape, wherever it stands. Pure; what it lets through is in the database for thirty days.

/** Bytes that are kept of one body. */
export const kept_bytes = 16_384;
/** A longer body is not looked at: masking it would cost more than the call. */
const looked_at = 262_144;

const exact =
  'number|pan|pin|token|key|totp|otp|link|uri|qr_svg|challenge|cookie|authorization|content_base64|recovery_?codes?';
const within =
  'password|passphrase|secret|security_?code|iban|(?:card|account|routing|pan|acct)_?-?(?:number|no)|private_?key|api_?key|access_?token|refresh_?token|session_?token|client_?assertion';
/** What ends so; `cvc_check` tells only how the check went. */
const ending = '(?:cvc|cvv|cid)2?';
const hidden = new RegExp(`^(?:${exact})$|${within}|${ending}$`, 'i');
/** Whether any such name is in a text: most answers have none, and looking costs a tenth of replacing. */
const hint = new RegExp(`"(?:${exact})":|(?:${within})[\\w-]*":|${ending}":`, 'i');

const secret = '[secret]';
const number = '[number]';

/** Twelve digits in a row, however they are parted, are more of a card than anybody may see. */
const digits = /\d(?:[ -]?\d){11,}/g;
const shapes = /\b(sk|pk|whsec|tok|acs)[_-][A-Za-z0-9_.~-]{12,}/g;
/** A link to the portal signs in whoever opens it first. */
const entry = /\/enter\/[A-Za-z0-9]{43}\b/g;
const jwt = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;
const field = /"([\w-]+)":("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|\[[^[\]{}]*\])/g;

function maskShapes(text: string): string {
  return text
    .replace(shapes, `$1_${secret}`)
    .replace(jwt, secret)
    .replace(entry, `/enter/${secret}`)
    .replace(digits, (_found, at: number, whole: string) =>
      // Bare digits of JSON become a text, so that it stays JSON.
      /[:,[]/.test(whole.charAt(at - 1)) && /[,}\]]|^$/.test(whole.charAt(at + _found.length)) ? `"${number}"` : number,
    );
}

/** A path, a query or a header. What an address spells in its own way (%20, +) is looked at as it was meant. */
export function maskLine(text: string, most = 2_000): string {
  const meant = /[%+]/.test(text) ? decoded(text) : text;
  const masked = maskShapes(meant);
  return (masked === meant ? maskShapes(text) : masked).slice(0, most).replaceAll('\0', '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** A code of an app or a mail opens a door; the code of a refusal or of a currency does not. */
const hides = (name: string, value: unknown): boolean =>
  hidden.test(name) || (name === 'code' && /^\d{6,8}$/.test(String(value)));

function cut(text: string): string {
  if (text.length * 3 <= kept_bytes || Buffer.byteLength(text) <= kept_bytes) return text;
  return Buffer.from(text).subarray(0, kept_bytes).toString().replace(/�+$/, '');
}

/** A body that was parsed: whatever stands below a hidden name goes, however deep. `size` is what the caller said it has. */
export function keptBody(body: unknown, size: number): string | null {
  if (body === undefined || body === null) return null;
  if (size > looked_at) return `[${size} bytes]`;
  const text = JSON.stringify(body, (name, value: unknown) =>
    value !== null && value !== undefined && hides(name, value) ? secret : value,
  );
  return text === undefined ? null : cut(maskShapes(text));
}

/** An answer of ours, which is JSON text already. */
export function keptAnswer(text: string): string {
  if (text.length > looked_at) return `[${text.length} characters]`;
  const masked = hint.test(text)
    ? text.replace(field, (all, name: string) => (hidden.test(name) ? `"${name}":"${secret}"` : all))
    : text;
  return cut(maskShapes(masked));
}
