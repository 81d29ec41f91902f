// A press of the button, from the fields to a definite answer. However often the network fails, a press is sent with one key, so that
// it charges at most once.

import { newKey, type Problem } from '../press.ts';
import { amountText, buttonText, isBusy, whenIdle, whileBusy } from './button.ts';
import { isChoosing } from './currency.ts';
import { boot, say } from './dom.ts';
import {
  cardBody,
  checkAll,
  type FieldName,
  fieldOf,
  focusField,
  paysBitcoin,
  savedCard,
  showError,
  typedEmail,
  wantsToSave,
} from './fields.ts';
import { clearNotice, showNotice } from './notice.ts';
import { handle } from './outcome.ts';
import { isChanging } from './quantity.ts';
import { askStatus, createToken, type PayBody, sendPayment } from './server.ts';

/** A press whose outcome is not known: pressing again sends the very same thing, so it cannot charge twice. */
let unanswered: { key: string; body: PayBody } | undefined;
/** A press was given up for new details while its outcome is still open: the server is asked before another is made. */
let unsure = false;

/** Whether a press may yet turn out to have paid. */
export const isUnsettled = (): boolean => unsure || unanswered !== undefined;

export async function press(): Promise<void> {
  if (isBusy() || isChanging() || isChoosing()) return;
  clearNotice();
  if (!unanswered && !checkAll()) return;
  await whileBusy(pay);
}

/** Other details are another press; what became of the last one is asked first. */
export function detailsChanged(): void {
  if (!unanswered || isBusy()) return;
  unanswered = undefined;
  buttonText(amountText());
}

async function pay(): Promise<void> {
  if (unsure && !unanswered && !(await settleFirst())) return;
  if (!unanswered) {
    const body = await payBody();
    if (!body) return;
    unanswered = { key: newKey(), body };
  }
  const reply = await sendPayment(unanswered.body, unanswered.key);
  if (reply.kind === 'unknown') {
    unsure = true;
    showNotice(say(reply.problem?.status === 429 ? 'too_many' : 'unreachable_unsure'), reply.problem?.request_id);
    whenIdle(() => buttonText(say('try_again')));
    return;
  }
  unanswered = undefined;
  unsure = false;
  if (reply.kind === 'answer') handle(reply.value);
  else await handleProblem(reply.problem);
}

async function payBody(): Promise<PayBody | undefined> {
  const email = typedEmail();
  const common: PayBody = {
    amount: boot.amount_minor,
    ...(email === undefined ? {} : { email }),
    ...(boot.currency === null ? {} : { currency: boot.currency }),
  };
  if (boot.free) return common;
  if (paysBitcoin()) return { ...common, payment_method_type: 'bitcoin' };
  const saved = savedCard();
  if (saved !== undefined) return { ...common, payment_method: saved };
  const token = await createToken(cardBody());
  if (token.kind === 'answer')
    return { ...common, token: token.value.id, ...(wantsToSave() ? { save_payment_method: true } : {}) };
  if (token.kind === 'problem') await handleProblem(token.problem);
  else showNotice(say(token.problem?.status === 429 ? 'too_many' : 'unreachable_safe'), token.problem?.request_id);
  return undefined;
}

/** True when the way is free for a new press; false when what was found has been shown. */
async function settleFirst(): Promise<boolean> {
  const reply = await askStatus();
  if (reply.kind !== 'answer') {
    showNotice(say('unreachable_unsure'), reply.problem?.request_id);
    return false;
  }
  unsure = false;
  if (reply.value.state === 'open' || reply.value.state === 'declined') return true;
  handle(reply.value);
  return false;
}

async function handleProblem(problem: Problem): Promise<void> {
  switch (problem.code) {
    case 'session_complete':
    case 'session_expired':
    case 'payment_in_progress':
    case 'state_invalid':
    case 'token_used':
    case 'token_expired': {
      const status = await askStatus();
      if (status.kind === 'answer') return handle(status.value);
      break;
    }
    case 'amount_too_small':
      return showNotice(say('bitcoin_small'));
    case 'promotion_code_refused':
      return showNotice(say('promo_gone'));
    case 'rate_limited':
      return showNotice(say('too_many'), problem.request_id);
  }
  // Another tab chose another currency, code or quantity: this page's sum is not the one that would be charged.
  if (problem.param === 'currency' || problem.param === 'amount') return location.reload();
  const field = fieldOf(problem.param);
  if (!field) return showNotice(say('unexpected', { merchant: boot.merchant }), problem.request_id);
  whenIdle(() => {
    showError(field, fieldText(field, problem));
    focusField(field);
  });
}

function fieldText(field: FieldName, problem: Problem): string {
  if (problem.code === 'live_card_in_sandbox') return say('error_live_card');
  switch (field) {
    case 'number':
      return say('error_number');
    case 'expiry':
      return say('error_expired');
    case 'cvc':
      return say('decline_incorrect_cvc');
    case 'email':
      return say('error_email');
    case 'postal':
      return say('error_postal');
    case 'name':
    case 'country':
      return say('error_field');
  }
}
