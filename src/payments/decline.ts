// What a decline means, in words for the customer. Total over the codes of the connector contract.

import type { DeclineCode } from '../connectors/connector.ts';

const texts: Record<DeclineCode, { message: string; advice: string }> = {
  generic_decline: { message: 'Your bank declined the payment.', advice: 'Try another card, or ask your bank why.' },
  insufficient_funds: { message: 'There is not enough money on this card.', advice: 'Try another card.' },
  // A lost or stolen card is told like any other decline, so that a thief learns nothing (the code tells the merchant).
  lost_card: { message: 'Your bank declined the payment.', advice: 'Try another card, or ask your bank why.' },
  stolen_card: { message: 'Your bank declined the payment.', advice: 'Try another card, or ask your bank why.' },
  expired_card: { message: 'This card has expired.', advice: 'Check the expiry date, or use another card.' },
  incorrect_cvc: { message: 'The security code is not right.', advice: 'Check the code on your card and try again.' },
  processing_error: {
    message: 'Something went wrong between us and your bank.',
    advice: 'Wait a moment and try again. You have not been charged.',
  },
  authentication_failed: {
    message: 'Your bank could not confirm that it is you.',
    advice: 'Try again, or use another card.',
  },
  authentication_abandoned: {
    message: 'The confirmation with your bank was not finished.',
    advice: 'Try again and finish the step your bank shows.',
  },
  refund_refused: {
    message: 'The provider refused the refund.',
    advice: 'Pay the customer back another way, or try again later.',
  },
  capture_refused: {
    message: 'The provider refused the capture.',
    advice: 'The hold may have lapsed. Make a new payment.',
  },
  never_reached: { message: 'The payment did not reach the bank.', advice: 'Try again. You have not been charged.' },
  invoice_expired: {
    message: 'No bitcoin came before the time was up.',
    advice: 'Try again: you get a new amount and a new address.',
  },
  invoice_withdrawn: {
    message: 'Another way of paying was chosen.',
    advice: 'Do not send bitcoin to the address you were shown.',
  },
  underpaid: {
    message: 'Less bitcoin came than was asked for before the time was up.',
    advice: 'Ask the merchant to give back what you sent, or to take the rest.',
  },
};

export function declineText(code: string): { code: string; message: string; advice: string } {
  const text = Object.hasOwn(texts, code) ? texts[code as DeclineCode] : texts.generic_decline;
  return { code, ...text };
}
