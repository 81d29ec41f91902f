// Whose an address is, as far as limits go. Pure.

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * One line of a network has one v4 address, but at least a /64 of v6 (RFC 6177): whoever has it has 2^64 addresses to come from, and is
 * counted as one. A v4 address in the clothes of v6 is the v4 address. What is no address stays what it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(':') || isIP(address) !== 6) return address;
  const found = ipaddr.process(address);
  if (found instanceof ipaddr.IPv4) return found.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${found.toNormalizedString().split('%')[0]}/64`).toString();
}
