// Where the bank sends the customer back to. In the frame on our page it tells the page that the challenge is over; by itself it
// leads on. Must never be believed: the page asks the server how the payment stands, whatever this says.

import { challengeDone } from './boot.ts';
import { html, json, raw } from './html.ts';
import { directionOf, languageOf } from './messages.ts';
import { type Page, sayIn } from './page.ts';

/** `next`: our page of the session, or the merchant's when the payment is complete. */
export function renderReturn(next: string, page: Page): string {
  const say = sayIn(page.locale);
  const script = html`var next=${json(next)};if(window.parent!==window)window.parent.postMessage(${json(challengeDone)},location.origin);else location.replace(next)`;
  return html`<!doctype html>
<html lang="${languageOf(page.locale)}" dir="${directionOf(page.locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${say('processing')}</title>
<style nonce="${page.nonce}">${raw(style)}</style>
<noscript><meta http-equiv="refresh" content="0;url=${next}"></noscript>
</head>
<body><main><h1>${say('processing')}</h1><p><a href="${next}">${say('auth_here')}</a></p></main>
<script nonce="${page.nonce}">${script}</script>
</body>
</html>
`.text;
}

const style =
  ':root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;text-align:center;font:16px/1.5 system-ui,sans-serif}h1{font-size:18px;font-weight:600}p{visibility:hidden}@media (scripting:none){p{visibility:visible}}';
