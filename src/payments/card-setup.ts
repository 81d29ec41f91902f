// A card setup: putting a card of a customer on file without a charge. Its row, its public shape and how it is found.

import { type RawBuilder, sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import { type Address, Metadata, nullable } from '../operation/fields.ts';
import { declineText } from './decline.ts';
import { PaymentObject } from './payment.ts';

export const setupStatuses = ['processing', 'requires_authentication', 'succeeded', 'failed'] as const;
export type SetupStatus = (typeof setupStatuses)[number];

export type SetupRow = {
  account_id: string;
  id: string;
  status: SetupStatus;
  customer_id: string;
  card_id: string;
  billing_address: Address | null;
  currency: Currency;
  provider: string;
  provider_reference: string | null;
  next_action_url: string | null;
  return_url: string;
  set_default: boolean;
  payment_method_id: string | null;
  decline_code: string | null;
  checkout_session_id: string | null;
  request_key: string | null;
  metadata: Metadata;
  resolve_at: Date | null;
  looks: number;
  created_at: Date;
  updated_at: Date;
};

export const CardSetupObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('card_setup'),
    status: Type.Enum([...setupStatuses], {
      description:
        '`requires_authentication`: send the customer to `authentication_url`. `processing`: the provider has not answered yet; ask again. `failed`: see `decline`.',
    }),
    customer: Type.String(),
    payment_method: nullable(Type.String({ description: 'The saved card, once it succeeded.' })),
    authentication_url: nullable(
      Type.String({ description: 'The page of the customer’s bank; it leads back to `return_url`.' }),
    ),
    decline: PaymentObject.properties.decline,
    set_default: Type.Boolean(),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Card setup' },
);
export type CardSetupObject = Static<typeof CardSetupObject>;

export const cardSetupObject = (s: SetupRow): CardSetupObject => ({
  id: s.id,
  object: 'card_setup',
  status: s.status,
  customer: s.customer_id,
  payment_method: s.payment_method_id,
  authentication_url: s.next_action_url,
  decline: s.decline_code === null ? null : declineText(s.decline_code),
  set_default: s.set_default,
  metadata: s.metadata,
  created_at: s.created_at.toISOString(),
  updated_at: s.updated_at.toISOString(),
});

const find = async (query: Executor | Tx, account_id: string, id: string, lock: RawBuilder<unknown>) => {
  const { rows } =
    await sql<SetupRow>`select * from card_setups where account_id = ${account_id} and id = ${id} ${lock}`.execute(
      query,
    );
  if (!rows[0]) throw notFound('card setup', id);
  return rows[0];
};

export const findSetup = (query: Executor | Tx, account_id: string, id: string): Promise<SetupRow> =>
  find(query, account_id, id, sql``);

export const lockSetup = (tx: Tx, account_id: string, id: string): Promise<SetupRow> =>
  find(tx, account_id, id, sql`for no key update`);
