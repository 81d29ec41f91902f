// The page on which the simulated bank asks the customer. Pure text from what the call knows; no script at all, styles under
// the nonce of the answer that carries it. Must never show a card number, which it is never given.

import { type Currency, display } from '../../kit/money.ts';

export type ChallengeView = { amount: number; currency: Currency; nonce: string };

export function challengePage({ amount, currency, nonce }: ChallengeView): string {
  // Of nothing: a card that is put on file.
  const [title, shown, question] =
    amount === 0
      ? ['Confirm your card', 'Your card', 'Your bank asks whether you are saving this card.']
      : ['Confirm your payment', display(amount, currency), 'Your bank asks whether you are making this payment.'];
  return page(
    nonce,
    title,
    `<p class="amount">${escapeText(shown)}</p>
      <p>${question}</p>
      <form method="post">
        <button class="yes" name="answer" value="approve">Approve</button>
        <button class="no" name="answer" value="refuse">Refuse</button>
      </form>`,
  );
}

export function unknownChallengePage(nonce: string): string {
  return page(
    nonce,
    'Nothing to confirm here',
    '<p>This address belongs to no payment. Go back to the shop and try again.</p>',
  );
}

export function answeredChallengePage(nonce: string): string {
  return page(nonce, 'Thank you', '<p>Your answer was taken. You can close this page.</p>');
}

export function badAnswerPage(nonce: string): string {
  return page(nonce, 'That did not work', '<p>Your answer could not be read. Go back and press Approve or Refuse.</p>');
}

/**
 * `form-action` names schemes, not origins: Chromium applies it to every redirect after the form too, and the way back
 * may lead over our page to any merchant's. `framers`: origins around our own page, when that is embedded.
 */
export const challengePolicy = (nonce: string, framers: string[] = []) =>
  `default-src 'none'; style-src 'nonce-${nonce}'; form-action http: https:; frame-ancestors ${[`'self'`, ...framers].join(' ')}; base-uri 'none'`;

const page = (nonce: string, title: string, body: string) => simulatorPage(nonce, title, body, 'bank');

const pictures = {
  bank: 'M12 2 2 7.5V10h20V7.5L12 2zM4 11.5V18h3v-6.5H4zm6.5 0V18h3v-6.5h-3zm6.5 0V18h3v-6.5h-3zM2 19.5V22h20v-2.5H2z',
  wallet: 'M4 4h14v3h2a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zm0 2.5h12V7H4zM17 12.5v3h3v-3z',
};

/** Of everybody whom the sandbox plays: the customer's bank, and their wallet. */
export const simulatorPage = (nonce: string, title: string, body: string, who: 'bank' | 'wallet') => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <title>${title} · Simulated ${who}</title>
  <style nonce="${nonce}">${styles}</style>
</head>
<body>
  <main>
    <p class="bank"><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path fill="currentColor" d="${pictures[who]}"/></svg> Simulated ${who}</p>
    <h1>${title}</h1>
      ${body}
    <p class="note">This is Florin’s sandbox. No ${who} takes part and no money moves.</p>
  </main>
</body>
</html>
`;

// Every pair of text and ground has a contrast of at least 4.5 to 1 in both schemes; buttons are 48 pixels tall.
const styles = `
:root{color-scheme:light dark;--ground:#f3f5f4;--card:#fff;--text:#17211d;--quiet:#55625c;--line:#8a9791;--yes:#0b6b4a;--on-yes:#fff}
@media (prefers-color-scheme:dark){:root{--ground:#0f1513;--card:#18201d;--text:#eaf0ed;--quiet:#a3b1aa;--line:#6b7a73;--yes:#5fd3a3;--on-yes:#06251a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:16px;background:var(--ground);color:var(--text);font:17px/1.5 system-ui,sans-serif}
main{width:100%;max-width:400px;padding:28px 24px;background:var(--card);border-radius:16px;box-shadow:0 1px 2px rgb(0 0 0/.08),0 8px 32px rgb(0 0 0/.08)}
.bank{display:flex;gap:8px;align-items:center;margin:0 0 24px;color:var(--quiet);font-size:15px;font-weight:600}
h1{margin:0;font-size:22px;line-height:1.25;text-wrap:balance}
p{margin:8px 0 0;overflow-wrap:anywhere}
.amount{font-size:34px;font-weight:700;letter-spacing:-.01em;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
form{display:grid;gap:12px;margin:28px 0 0}
button{min-height:48px;padding:10px 20px;border-radius:10px;border:1px solid transparent;font:inherit;font-weight:600;cursor:pointer}
.yes{background:var(--yes);color:var(--on-yes)}
.no{background:transparent;color:var(--text);border-color:var(--line)}
button small{display:block;font-weight:400;font-size:14px}
button:hover{filter:brightness(1.08)}
button:focus-visible{outline:3px solid var(--yes);outline-offset:3px}
.note{margin-top:28px;color:var(--quiet);font-size:14px}
`;

export const escapeText = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
