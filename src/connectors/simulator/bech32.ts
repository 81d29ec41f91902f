// Addresses of witness version 0 as BIP 173 writes them: an alphabet without look-alikes and a checksum that finds any four mistakes.
// Pure, and as much of the rule as is needed to make an address and to tell a good one from a bad one.

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function checksumOf(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [i, part] of generator.entries()) if ((top >>> i) & 1) sum ^= part;
  }
  return sum;
}

const expanded = (prefix: string) => [
  ...Array.from(prefix, (letter) => letter.charCodeAt(0) >>> 5),
  0,
  ...Array.from(prefix, (letter) => letter.charCodeAt(0) & 31),
];

/** Bytes as groups of five bits, the last one filled up with zeros. */
function groupsOf(bytes: Uint8Array): number[] {
  const groups: number[] = [];
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      groups.push((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) groups.push((held << (5 - bits)) & 31);
  return groups;
}

/** `program`: the 20 bytes of a key's hash, or the 32 of a script's. `tb`: the test network's prefix. */
export function witnessAddress(prefix: 'bc' | 'tb', program: Uint8Array): string {
  const values = [0, ...groupsOf(program)];
  const sum = checksumOf([...expanded(prefix), ...values, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = Array.from({ length: 6 }, (_, i) => (sum >>> (5 * (5 - i))) & 31);
  return `${prefix}1${[...values, ...check].map((value) => alphabet[value]).join('')}`;
}

/** Whether prefix, alphabet, checksum and length are right. */
export function isWitnessAddress(text: string): boolean {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return false;
  const match = /^(bc|tb)1([02-9ac-hj-np-z]{14,74})$/.exec(text.toLowerCase());
  const [, prefix = '', data = ''] = match ?? [];
  if (!match || data[0] !== 'q') return false;
  const length = Math.floor(((data.length - 7) * 5) / 8);
  const values = Array.from(data, (letter) => alphabet.indexOf(letter));
  return (length === 20 || length === 32) && checksumOf([...expanded(prefix), ...values]) === 1;
}
