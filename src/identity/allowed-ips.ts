// From where a key may be used: addresses and CIDR ranges of v4 and v6. One address has several spellings; all of them are judged as
// one. Pure.

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import Type from 'typebox';
import { Fault } from '../kit/fault.ts';

export const AllowedIps = Type.Array(Type.String({ minLength: 2, maxLength: 49 }), {
  maxItems: 50,
  description:
    'Addresses and CIDR ranges from which the key may be used, such as 203.0.113.7 or 2001:db8::/48. Empty: from anywhere.',
});

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** A v4 address that came in the clothes of v6 (::ffff:203.0.113.7) is the v4 address. */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // node:net reads four decimal parts only; ipaddr.js alone would also take `0177.1`. A zone (%eth0) belongs to one machine.
  return isIP(text) !== 0 && !text.includes('%') ? ipaddr.process(text) : undefined;
}

function parseRange(text: string): Range | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const base = parse(address);
  if (!base || more.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const most = base instanceof ipaddr.IPv4 ? 32 : 128;
  if (bits === undefined) return [base, most];
  const mapped = most === 32 && address.includes(':');
  const length = Number(bits) - (mapped ? 96 : 0);
  return length >= 0 && length <= most ? [base, length] : undefined;
}

/** Checked, and spelled the one way: what is stored says what is meant. */
export function allowedIpsFrom(list: readonly string[]): string[] {
  const spelled = list.map((text, i) => {
    const range = parseRange(text.trim());
    const param = `allowed_ips[${i}]`;
    if (!range) {
      throw new Fault(
        'parameter_invalid',
        `'${param}' must be an address such as 203.0.113.7 or 2001:db8::1, or a range such as 203.0.113.0/24.`,
        { param },
      );
    }
    const [base, bits] = range;
    const kind = base instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6;
    const first = kind.networkAddressFromCIDR(`${base.toString()}/${bits}`);
    if (first.toString() !== base.toString()) {
      throw new Fault(
        'parameter_invalid',
        `'${param}' begins within its range: write ${first.toString()}/${bits}, or one address alone.`,
        { param },
      );
    }
    return bits === (kind === ipaddr.IPv4 ? 32 : 128) ? base.toString() : `${base.toString()}/${bits}`;
  });
  return [...new Set(spelled)];
}

/** One spelling of the address that was seen. */
export const addressText = (seen: string): string => parse(seen.replace(/%.*$/, ''))?.toString() ?? seen;

export function isAllowed(list: readonly string[], seen: string): boolean {
  if (list.length === 0) return true;
  const address = parse(seen.replace(/%.*$/, ''));
  if (!address) return false;
  return list.some((text) => {
    const range = parseRange(text);
    if (!range) return false;
    const [base, bits] = range;
    if (base instanceof ipaddr.IPv4) return address instanceof ipaddr.IPv4 && address.match(base, bits);
    return address instanceof ipaddr.IPv6 && address.match(base, bits);
  });
}

export function refuseAddress(list: readonly string[], seen: string, internal: unknown): void {
  if (isAllowed(list, seen)) return;
  throw new Fault(
    'permission_denied',
    `This API key may not be used from ${addressText(seen)}: its allowed_ips do not name that address.`,
    { internal },
  );
}
