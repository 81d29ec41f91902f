// Which addresses our own requests may reach: public unicast ones, and what an operator allowed. Pure; it never connects
// and never resolves a name. A list of what is good, not of what is bad: a range nobody thought of is refused.

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type AddressGuard = {
  /** Why this address may not be reached; undefined when it may. */
  refusal(address: string): string | undefined;
  /** The same for a host of a URL; a name that must be resolved first is not judged here. */
  hostRefusal(hostname: string): string | undefined;
};

// Global unicast is 2000::/3 (IANA, IPv6 address space). Everything outside, such as IPv4-compatible or NAT64, is refused.
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

// Public by its number, yet answered by the machine below us: Azure's host agent, which hands out credentials.
const hostAgents = new Set(['168.63.129.16']);

export function openGuard(allow: string[]): AddressGuard {
  const ranges = allow.map(parseRange);
  const refusal = (text: string) => {
    const address = parse(text);
    if (!address) return 'it is not an IP address';
    if (ranges.some((range) => contains(range, address))) return undefined;
    const kind = address.range();
    if (kind !== 'unicast') return `it is in the range '${kind}'`;
    if (hostAgents.has(address.toString())) return 'it belongs to the machine below us';
    if (address instanceof ipaddr.IPv6 && !contains(globalUnicast, address))
      return 'it is not a global unicast address';
    return undefined;
  };
  return {
    refusal,
    hostRefusal(hostname) {
      const host = hostname.replace(/^\[|\]$/g, '');
      if (isIP(host)) return refusal(host);
      // RFC 6761: these names mean loopback wherever they are asked for.
      const name = host.replace(/\.$/, '').toLowerCase();
      if (name !== 'localhost' && !name.endsWith('.localhost')) return undefined;
      return refusal('127.0.0.1') === undefined || refusal('::1') === undefined
        ? undefined
        : "it is in the range 'loopback'";
    },
  };
}

function parse(text: string): Address | undefined {
  // node:net reads four decimal parts only; ipaddr.js also reads `0177.1`, which no socket of ours is ever given.
  if (!isIP(text)) return undefined;
  return ipaddr.isValid(text) ? ipaddr.parse(text) : undefined;
}

// A mapped address (::ffff:127.0.0.1) is not matched by an IPv4 range: an operator allows what the range says, no other spelling of it.
function contains([base, bits]: [Address, number], address: Address): boolean {
  if (base instanceof ipaddr.IPv4) return address instanceof ipaddr.IPv4 && address.match(base, bits);
  return address instanceof ipaddr.IPv6 && address.match(base, bits);
}

function parseRange(text: string): [Address, number] {
  try {
    return ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
  } catch {
    throw new Error(`'${text}' is not a range of addresses: write it like 10.1.0.0/16 or fd00::/8.`);
  }
}
