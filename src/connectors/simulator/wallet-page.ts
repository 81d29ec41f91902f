// The page on which a developer plays the customer's wallet: what to send to one invoice's address. Pure text, no script at all.

import { display } from '../../kit/money.ts';
import { type WalletAct, walletActs } from './bitcoin.ts';
import { escapeText, simulatorPage } from './challenge-page.ts';

export type WalletView = {
  address: string;
  amount: number;
  received: number;
  confirmed: number;
  nonce: string;
};

const words: Record<WalletAct, [string, string]> = {
  pay: ['Pay', 'what is missing; in a block ten seconds later'],
  seen: ['Send, but keep it out of a block', 'until you press Confirm'],
  confirm: ['Confirm', 'what was sent gets into a block now'],
  underpay: ['Underpay', 'half of what is missing'],
  overpay: ['Overpay', 'a tenth more than what is missing'],
  late: ['Pay late', 'one second after the invoice’s time'],
};

export function walletPage({ address, amount, received, confirmed, nonce }: WalletView): string {
  const btc = (satoshis: number) => escapeText(display(satoshis, 'BTC'));
  return simulatorPage(
    nonce,
    'Pay this invoice',
    `<p class="amount">${btc(amount)}</p>
      <p>to ${escapeText(address)}</p>
      <p>Sent: ${btc(received)}, confirmed: ${btc(confirmed)}</p>
      <form method="post">
        ${walletActs.map(button).join('\n        ')}
      </form>`,
    'wallet',
  );
}

const button = (act: WalletAct) =>
  `<button class="${act === 'pay' ? 'yes' : 'no'}" name="act" value="${act}">${words[act][0]}<small>${words[act][1]}</small></button>`;

export function unknownWalletPage(nonce: string): string {
  return simulatorPage(nonce, 'Nothing to pay here', '<p>This address belongs to no invoice.</p>', 'wallet');
}

export function badWalletPage(nonce: string): string {
  return simulatorPage(
    nonce,
    'That did not work',
    `<p>Send a form with <code>act</code> as one of ${walletActs.join(', ')}.</p>`,
    'wallet',
  );
}
