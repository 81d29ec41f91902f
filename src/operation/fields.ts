// Fields that many operations share, so that a limit is said once. Limits are those that customers of card APIs know.

import Type, { type Static, type TSchema } from 'typebox';
import type { Address as ConnectorAddress } from '../connectors/connector.ts';
import { Fault } from '../kit/fault.ts';
import { maxAmount } from '../kit/money.ts';

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, ...(description ? { description } : {}) });

/** Neither blanks nor signs that nobody sees: with those an address cannot be written to, or looks like another one. */
const part = '[^\\s@<>\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f]+';
export const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern: `^${part}@${part}$`,
  description: 'an e-mail address such as ada@example.com',
});

export const Id = Type.String({ minLength: 1, maxLength: 64 });

/** For whoever has rows that name others: one read instead of one for each. */
export const Ids = Type.Array(Id, {
  minItems: 1,
  maxItems: 100,
  description:
    'Only these, as far as they exist: `ids=a&ids=b`, or `ids=a,b`. A page holds 25 of them unless `limit` says more.',
});

export const Amount = Type.Integer({
  minimum: 1,
  maximum: maxAmount,
  description: 'In the minor unit of the currency: 1999 is 19.99 USD, 1999 JPY.',
});

/** Checked against the list by `currencyOf`, whose refusal says how to mend it. */
export const CurrencyCode = Type.String({
  minLength: 3,
  maxLength: 3,
  description: 'ISO 4217 code in capitals (or BTC).',
});

// The key's limits are a pattern, and other keys are refused: a record takes no minLength or maxLength of its keys, and its own
// pattern (`^.*$`) passes over a key with a line break, whose value would then be anything at all.
export const Metadata = Type.Record(Type.String({ pattern: '^[\\s\\S]{1,40}$' }), Type.String({ maxLength: 500 }), {
  additionalProperties: false,
  maxProperties: 50,
  description: 'Your own keys and values, kept as they are. At most 50 keys of 40 characters, values of 500.',
});
export type Metadata = Static<typeof Metadata>;

export const Url = Type.String({
  minLength: 8,
  maxLength: 2048,
  pattern: '^https?://',
  description: 'a full address that begins with https:// or http://',
});

export const Address = Type.Object(
  {
    line1: Type.Optional(text(200)),
    line2: Type.Optional(text(200)),
    city: Type.Optional(text(100)),
    state: Type.Optional(text(100)),
    postal_code: Type.Optional(text(20)),
    country: Type.Optional(
      Type.String({
        minLength: 2,
        maxLength: 2,
        pattern: '^[A-Z]{2}$',
        description: 'ISO 3166-1 alpha-2 in capitals, such as DE',
      }),
    ),
  },
  { additionalProperties: false },
);
export type Address = ConnectorAddress;

export const pageFields = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Rows of a page; 25 when left out.' })),
  starting_after: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Id of the last row of the page before.' }),
  ),
  ending_before: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Id of the first row of the page after.' }),
  ),
};

export const ListOf = <T extends TSchema>(item: T) =>
  Type.Object({ object: Type.Literal('list'), data: Type.Array(item), has_more: Type.Boolean() });

export const Instant = Type.String({ maxLength: 40, format: 'date-time' });

/** A moment in a query; what JSON Schema calls a date-time may still be none (a leap second, the year 0). */
export function instantOf(value: string, param: string): Date {
  const at = new Date(value);
  if (Number.isNaN(at.getTime()) || at.getTime() < 0 || at.getTime() > 253_402_300_799_000) {
    throw new Fault(
      'parameter_invalid',
      `'${param}' must be a time in ISO 8601 with a zone, such as 2026-01-31T12:00:00Z.`,
      { param },
    );
  }
  return at;
}

/** A day of the calendar, from 1900 to 2999. */
export const Day = Type.String({
  format: 'date',
  pattern: '^(19|2[0-9])[0-9]{2}-',
  description: 'a day such as 2026-01-31',
});
