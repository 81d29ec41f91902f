// The European Central Bank's daily file of reference rates: a day, and for each currency how much of it one euro is. Pure. What is
// not exactly that is refused whole: half a file must never become rates.

import type { Element } from '@xmldom/xmldom';
import { fractionOf } from './convert.ts';

export type DailyRates = { published_on: string; rates: Record<string, string> };

export class RatesUnreadable extends Error {
  override name = 'RatesUnreadable';
}

const vocabulary = 'http://www.ecb.int/vocabulary/2002-08-01/eurofxref';
/** A day has thirty of them; a file with fewer is cut off or something else. */
const fewest = 10;

export async function parseDailyRates(xml: string): Promise<DailyRates> {
  const cubes = await cubesOf(xml);
  const days = cubes.filter((cube) => cube.hasAttribute('time'));
  const published_on = days[0]?.getAttribute('time') ?? '';
  if (days.length !== 1 || !isDay(published_on)) throw new RatesUnreadable('it does not name one day');
  const rates: Record<string, string> = {};
  for (const cube of cubes) {
    const currency = cube.getAttribute('currency');
    if (currency === null) continue;
    const rate = cube.getAttribute('rate') ?? '';
    if (!/^[A-Z]{3}$/.test(currency) || !fractionOf(rate))
      throw new RatesUnreadable(`it has no readable rate for '${currency.slice(0, 10)}'`);
    if (Object.hasOwn(rates, currency) || currency === 'EUR')
      throw new RatesUnreadable(`it names ${currency} more often than it should`);
    rates[currency] = rate;
  }
  if (Object.keys(rates).length < fewest || rates.USD === undefined)
    throw new RatesUnreadable(`it has rates for ${Object.keys(rates).length} currencies only`);
  return { published_on, rates };
}

async function cubesOf(xml: string): Promise<Element[]> {
  // Their file has no document type; one would only be there to define what its words mean.
  if (/<!DOCTYPE/i.test(xml)) throw new RatesUnreadable('it has a document type');
  // Seven megabytes for one file a day: loaded with the first.
  const { DOMParser } = await import('@xmldom/xmldom');
  try {
    const refuse = (level: string, message: string) => {
      throw new RatesUnreadable(`${level}: ${message.slice(0, 100)}`);
    };
    const document = new DOMParser({ onError: refuse }).parseFromString(xml, 'text/xml');
    return [...document.getElementsByTagNameNS(vocabulary, 'Cube')];
  } catch (error) {
    if (error instanceof RatesUnreadable) throw error;
    throw new RatesUnreadable('it is no XML', { cause: error });
  }
}

const isDay = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
