// Which day it is for a merchant, and when money of today becomes available: T + N business days, banks' holidays left out.

import Holidays from 'date-holidays';
import { assert } from '../kit/assert.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
const lately = new Map<string, { quarter: number; day: string }>();

/** `2026-01-31` in the zone. Every zone's midnight is at a quarter of an hour, so within one the day is asked for once. */
export function localDay(at: Date, time_zone: string): string {
  const quarter = Math.floor(at.getTime() / 900_000);
  const known = lately.get(time_zone);
  if (known?.quarter === quarter) return known.day;
  const day = formatOf(time_zone).format(at);
  lately.set(time_zone, { quarter, day });
  return day;
}

function formatOf(time_zone: string): Intl.DateTimeFormat {
  let format = formats.get(time_zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: time_zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(time_zone, format);
  }
  return format;
}

const calendars = new Map<string, Holidays>();

function isHoliday(day: string, country: string): boolean {
  let calendar = calendars.get(country);
  if (!calendar) {
    calendar = new Holidays(country, { types: ['public', 'bank'] });
    calendars.set(country, calendar);
  }
  const found = calendar.isHoliday(`${day} 12:00:00`);
  return found !== false && found.some((holiday) => holiday.type === 'public' || holiday.type === 'bank');
}

/** Noon in UTC: no zone's midnight is near, so a day can be added without care. */
const noon = (day: string) => new Date(`${day}T12:00:00Z`);
const dayOf = (at: Date) => at.toISOString().slice(0, 10);

export function addDays(day: string, count: number): string {
  const at = noon(day);
  at.setUTCDate(at.getUTCDate() + count);
  return dayOf(at);
}

export function isBusinessDay(day: string, country: string): boolean {
  const weekday = noon(day).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !isHoliday(day, country);
}

const remembered = new Map<string, string>();

/** The day `count` business days after `day`; with 0 the day itself, whatever it is. */
export function businessDaysAfter(day: string, count: number, country: string): string {
  if (count === 0) return day;
  const key = `${day} ${count} ${country}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  let at = day;
  for (let left = count; left > 0; ) {
    at = addDays(at, 1);
    if (isBusinessDay(at, country)) left -= 1;
    assert(at < addDays(day, 400), 'business days come in every year');
  }
  if (remembered.size > 10_000) remembered.clear();
  remembered.set(key, at);
  return at;
}
