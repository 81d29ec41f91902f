// Takes a card as it was typed and answers with a token. The one operation whose input holds a number and a CVC.

import Type from 'typebox';
import { plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Address, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { brandOf, cvcLength, isTestNumber, lengthsOf, luhn } from './card.ts';
import { insertCard } from './sealed-card.ts';
import { CardSummary, cardSummary } from './summary.ts';
import { tokenLife, tokenText } from './token.ts';

export const CardInput = Type.Object(
  {
    number: Type.String({
      minLength: 12,
      maxLength: 30,
      pattern: '^[0-9 -]+$',
      description: 'digits; spaces and hyphens are ignored',
    }),
    exp_month: Type.Integer({ minimum: 1, maximum: 12 }),
    exp_year: Type.Integer({ minimum: 2000, maximum: 2099, description: 'Four digits.' }),
    cvc: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 4,
        pattern: '^[0-9]{3,4}$',
        description: 'three digits, four for American Express',
      }),
    ),
    holder_name: Type.Optional(text(100)),
  },
  { additionalProperties: false },
);

export const TokenObject = Type.Object(
  {
    id: Type.String({
      description: 'Send it as `token` within fifteen minutes. Treat it as a secret: it carries the sealed CVC.',
    }),
    object: Type.Literal('token'),
    card: CardSummary,
    expires_at: Type.String({ format: 'date-time' }),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Token' },
);

export const createToken = operation({
  name: 'tokens.create',
  scope: 'tokens:write',
  actors: ['publishable', 'secret', 'page', 'portal'],
  kind: 'write',
  summary: 'Create a card token',
  description:
    'Called from the customer’s browser with a publishable key, so that the card number never touches your servers. ' +
    'The number is sealed in the vault; the CVC is not stored at all. A sandbox takes test numbers only.',
  input: Type.Object({ card: CardInput, billing_address: Type.Optional(Address) }, { additionalProperties: false }),
  output: TokenObject,
  faults: ['card_invalid', 'live_card_in_sandbox'],
  example: { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
  // The part behind `~` is the sealed CVC, which is not stored in any form.
  keep: (output) => ({ ...output, id: output.id.split('~')[0] ?? output.id }),
  async run(ctx, input, tx) {
    const now = ctx.env.clock.now();
    const number = input.card.number.replaceAll(/[ -]/g, '');
    refuseBadCard(ctx, number, input.card);
    const card = await insertCard(ctx, tx, {
      number,
      exp_month: input.card.exp_month,
      exp_year: input.card.exp_year,
      holder_name: input.card.holder_name,
    });
    const id = newId('tok', ctx.env);
    const expires_at = plus(now, tokenLife);
    await tx
      .insertInto('tokens')
      .values({
        account_id: ctx.account.account_id,
        id,
        card_id: card.id,
        billing_address: input.billing_address ? JSON.stringify(input.billing_address) : null,
        expires_at,
        created_at: now,
      })
      .execute();
    return {
      id: tokenText(ctx.env, ctx.account.account_id, id, input.card.cvc),
      object: 'token' as const,
      card: cardSummary(card),
      expires_at: expires_at.toISOString(),
      created_at: now.toISOString(),
    };
  },
});

function refuseBadCard(ctx: Ctx, number: string, card: { exp_month: number; exp_year: number; cvc?: string }): void {
  if (!lengthsOf(number).includes(number.length) || !luhn(number)) {
    throw new Fault('card_invalid', 'This card number is not complete or has a wrong digit.', { param: 'card.number' });
  }
  if (ctx.account.mode === 'sandbox' && !isTestNumber(number)) {
    throw new Fault(
      'live_card_in_sandbox',
      'The sandbox takes test cards only, such as 4242 4242 4242 4242. Nothing was stored.',
      { param: 'card.number' },
    );
  }
  const now = ctx.env.clock.now();
  // Good through the last day of its month, in the zone where the month ends last.
  if (Date.UTC(card.exp_year, card.exp_month, 1, 12) <= now.getTime()) {
    throw new Fault('card_invalid', 'This card has expired.', {
      param: card.exp_year < now.getUTCFullYear() ? 'card.exp_year' : 'card.exp_month',
    });
  }
  if (card.cvc !== undefined && card.cvc.length !== cvcLength(number)) {
    throw new Fault(
      'card_invalid',
      `The security code has ${cvcLength(number)} digits on this card${brandOf(number) === 'amex' ? ' (on its front)' : ''}.`,
      { param: 'card.cvc' },
    );
  }
}
