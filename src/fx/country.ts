// Where an address on the internet is, by a database that lies in a package, and what is paid with there. It decides what a customer is
// offered, never what they may do; nothing is asked of a network, and the answer is kept nowhere but on the offer.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import countryToCurrency from 'country-to-currency';
import ipaddr from 'ipaddr.js';
import { type Currency, isCurrency } from '../kit/money.ts';

type Reader = { get(address: string): { country_code?: string } | null };

let reader: Promise<Reader> | undefined;

/** Eight megabytes, read when the first customer comes of an account that wants to know. */
function opened(): Promise<Reader> {
  reader ??= (async () => {
    const { Reader } = await import('mmdb-lib');
    const require = createRequire(import.meta.url);
    const file = require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
    return new Reader(await readFile(file)) as unknown as Reader;
  })();
  return reader;
}

/** ISO 3166-1 alpha-2; undefined for an address that is nowhere (a private one) or not known. */
export async function countryOfAddress(address: string): Promise<string | undefined> {
  // ipaddr.js also reads `1.2.3`, which no socket of ours is ever given.
  if (!isIP(address)) return undefined;
  // `::ffff:81.2.69.142` is the same machine.
  const plain = ipaddr.process(address);
  if (plain.range() !== 'unicast') return undefined;
  const code = (await opened()).get(plain.toString())?.country_code;
  return code !== undefined && /^[A-Z]{2}$/.test(code) ? code : undefined;
}

const byCountry: Readonly<Record<string, string>> = countryToCurrency;

/** What is paid with in a country, when it is one of ours. */
export function currencyOfCountry(country: string): Currency | undefined {
  const code = Object.hasOwn(byCountry, country) ? byCountry[country] : undefined;
  return code !== undefined && isCurrency(code) ? code : undefined;
}
