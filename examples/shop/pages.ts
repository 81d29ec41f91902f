// The shop's pages as text. Everything that came from outside passes through `escapeText`; styles and the one script carry the
// nonce of the answer. They must never hold a price that the browser could send back.

import { type Cart, cartOf, currency, type Product, price, products } from './cart.ts';
import type { Session } from './florin.ts';

export type ShopEvent = { id: string; type: string; at: Date; object_id: string };

export const policy = (nonce: string) =>
  // form-action names schemes: browsers apply it to the redirect to the payment page too.
  `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; form-action http: https:; frame-ancestors 'none'; base-uri 'none'`;

export function homePage(nonce: string, order_id: string): string {
  const body = `
    <h1>Good mornings, in a box.</h1>
    <p class="lead">Coffee we roast on Tuesdays and the mug we drink it from. Take both and a tenth comes off. Prices plus 20 % VAT.</p>
    <form method="post" action="/create-checkout-session">
      <input type="hidden" name="order_id" value="${escapeText(order_id)}">
      <div class="products">${products.map((product, i) => productCard(product, i === 0 ? 1 : 0)).join('')}</div>
      <div class="bar"><p id="total" aria-live="polite"></p><button class="buy">Check out</button></div>
    </form>
    <script nonce="${nonce}">${totalScript()}</script>`;
  return page(nonce, 'Morning Field', body);
}

const productCard = ({ id, name, description, unit_amount }: Product, quantity: number) => `
  <article>
    ${images[id] ?? ''}
    <div class="about">
      <h2>${escapeText(name)}</h2>
      <p>${escapeText(description)}</p>
      <div class="buyline"><strong>${price(unit_amount)}</strong>
        <label>Quantity <input type="number" name="${id}" value="${quantity}" min="0" max="10" inputmode="numeric"></label></div>
    </div>
  </article>`;

/** Shows the total while the quantities change. A convenience only: the server reckons again, and its sum is what counts. */
function totalScript(): string {
  const totals: Record<string, string> = {};
  for (let beans = 0; beans <= 10; beans++) {
    for (let mugs = 0; mugs <= 10; mugs++)
      totals[`${beans},${mugs}`] = price(cartOf((id) => (id === 'beans' ? beans : mugs)).amount_total);
  }
  return `const totals=${JSON.stringify(totals)},form=document.forms[0],line=document.getElementById('total'),
of=name=>Math.min(10,Math.max(0,Math.trunc(form.elements[name].value)||0)),
show=()=>{line.textContent='Total '+totals[of('beans')+','+of('mug')]+' with VAT'};
form.addEventListener('input',show);addEventListener('pageshow',show);show();`;
}

export function successPage(nonce: string, session: Session): string {
  if (session.status !== 'complete') {
    const told =
      session.status === 'expired'
        ? 'This checkout has expired, and nothing was charged.'
        : 'Your bank is still busy with your payment. We will tell you as soon as it is done; reload this page to look again.';
    return messagePage(nonce, 'Not paid yet', told);
  }
  const row = (name: string, amount: number) =>
    `<tr><td>${escapeText(name)}</td><td>${price(amount, session.currency)}</td></tr>`;
  const rows = [
    ...session.line_items.map((item) =>
      row(`${item.name} × ${item.quantity}`, item.amount ?? (item.unit_amount ?? 0) * item.quantity),
    ),
    ...(session.discounts ?? []).map((discount) => row(discount.name, -discount.amount)),
    ...(session.taxes ?? []).map((tax) => row(tax.name, tax.amount)),
  ];
  const body = `
    <h1>Thank you. It is on its way.</h1>
    <p class="lead">Your payment went through${session.customer_email ? `, and we will write to ${escapeText(session.customer_email)}` : ''}.</p>
    <table>${rows.join('')}<tr class="sum"><th scope="row">Paid</th><td>${price(session.amount_total, session.currency)}</td></tr></table>
    <p class="quiet">Order ${escapeText(session.merchant_reference ?? session.id)}</p>
    <p><a href="/">Back to the shop</a></p>`;
  return page(nonce, 'Thank you', body);
}

export const messagePage = (nonce: string, title: string, text: string, more = '') =>
  page(
    nonce,
    title,
    `<h1>${escapeText(title)}</h1><p class="lead">${escapeText(text)}</p>${more && `<p class="quiet">${escapeText(more)}</p>`}<p><a href="/">Back to the shop</a></p>`,
  );

export function eventsPage(nonce: string, events: readonly ShopEvent[], listening: boolean): string {
  const rows = events.map(
    (event) =>
      `<tr><td><code>${escapeText(event.type)}</code></td><td><code>${escapeText(event.object_id)}</code></td><td><time>${event.at.toISOString()}</time></td></tr>`,
  );
  const empty = listening
    ? 'None yet. Buy something, then reload this page.'
    : 'The shop has no signing secret yet, so it refuses every webhook.';
  const list = rows.length
    ? `<div class="wide" role="region" aria-label="Webhooks received" tabindex="0"><table><thead><tr><th>Event</th><th>About</th><th>Received</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
    : `<p>${empty}</p>`;
  return page(
    nonce,
    'Webhooks received',
    `<h1>Webhooks received</h1><p class="lead">The last twenty, newest first. Each signature was checked.</p>${list}<p><a href="/events">Reload</a></p>`,
  );
}

export const escapeText = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** For the request that opens the checkout. */
export const lineItems = (cart: Cart) =>
  cart.lines.map(({ name, description, quantity, unit_amount }) => ({ name, description, quantity, unit_amount }));

const page = (nonce: string, title: string, body: string) => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escapeText(title)}</title>
  <style nonce="${nonce}">${styles}</style>
</head>
<body>
  <header><a class="brand" href="/">Morning Field</a><nav><a href="/events">Webhooks</a></nav></header>
  <main>${body}</main>
  <footer>An example shop for Florin. Pay with 4242 4242 4242 4242, any later date and any code; nothing is charged or sent. Prices in ${currency}.</footer>
</body>
</html>
`;

const images: Record<string, string> = {
  beans: `<svg class="art beans" viewBox="0 0 320 220" role="img" aria-label="A bag of coffee beans"><path class="a" d="M108 46h104l14 18v126a12 12 0 0 1-12 12H106a12 12 0 0 1-12-12V64z"/><path class="b" d="M108 46h104l14 18H94z"/><rect class="c" x="116" y="96" width="88" height="70" rx="6"/><g class="a" transform="rotate(28 160 131)"><ellipse cx="160" cy="131" rx="15" ry="22"/></g><path class="d" d="M169 112c-12 12-8 26-18 38"/><g class="b"><ellipse cx="254" cy="192" rx="13" ry="9"/><ellipse cx="278" cy="200" rx="13" ry="9" transform="rotate(-24 278 200)"/><ellipse cx="62" cy="197" rx="13" ry="9" transform="rotate(18 62 197)"/></g></svg>`,
  mug: `<svg class="art mug" viewBox="0 0 320 220" role="img" aria-label="A stoneware mug"><path class="d" d="M140 52c-10-12 10-18 0-32M164 52c-10-12 10-18 0-32"/><path class="ring" d="M208 98h16a24 24 0 0 1 0 62h-18"/><path class="a" d="M100 72h112v96a34 34 0 0 1-34 34h-44a34 34 0 0 1-34-34z"/><path class="b" d="M100 72h112v34c-20 16-36-8-56 4s-36 10-56-6z"/></svg>`,
};

const styles = `
:root{color-scheme:light dark;--ground:#faf6ef;--card:#fff;--text:#2a211b;--quiet:#6b5d52;--line:#d9cdbf;--accent:#8a3b12;--on:#fff;--tint:#f1e4d3;--a:#7a4a2b;--b:#4f2e1a;--c:#f7ead8;--m:#7d9a94;--n:#4d6a66}
@media (prefers-color-scheme:dark){:root{--ground:#17120e;--card:#211a15;--text:#f4ebe1;--quiet:#bcab9b;--line:#43372d;--accent:#f0a36f;--on:#2b1406;--tint:#2d231b;--a:#a06a43;--b:#6d4326;--c:#f0dfc9;--m:#8fb0a9;--n:#5f807b}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:17px/1.55 ui-serif,Georgia,serif}
header,main,footer{max-width:960px;margin:0 auto;padding:20px}
header{display:flex;justify-content:space-between;align-items:baseline;gap:16px}
a{color:var(--accent);text-underline-offset:3px}
.brand{font-size:20px;font-weight:700;color:inherit;text-decoration:none}
h1{font-size:clamp(30px,6vw,46px);line-height:1.1;margin:24px 0 12px;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:20px;line-height:1.25;margin:0}
p{margin:8px 0}
.lead{font-size:19px;max-width:36em;color:var(--quiet)}
.quiet,footer{color:var(--quiet);font-size:15px}
.products{display:grid;gap:20px;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));margin:28px 0}
article{display:flex;flex-direction:column;background:var(--card);border:1px solid var(--line);border-radius:14px;overflow:hidden}
.art{display:block;width:100%;background:var(--tint)}
.beans .a{fill:var(--a)}.beans .b{fill:var(--b)}.beans .c{fill:var(--c)}.mug .a{fill:var(--m)}.mug .b{fill:var(--n)}
.d,.ring{fill:none;stroke:var(--c);stroke-width:4;stroke-linecap:round}.mug .d{stroke:var(--quiet)}.ring{stroke:var(--m);stroke-width:13}
.about{display:flex;flex-direction:column;flex:1;padding:18px 20px 20px}
.buyline{display:flex;justify-content:space-between;align-items:center;gap:12px;margin-top:auto;padding-top:12px}
.buyline strong{font-size:20px}
input[type=number]{width:5em;min-height:44px;padding:6px 10px;font:inherit;color:inherit;background:var(--ground);border:1px solid var(--quiet);border-radius:8px}
.bar{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:12px;padding-bottom:12px}
#total{font-size:19px;font-weight:700;font-variant-numeric:tabular-nums}
.buy{min-height:50px;padding:12px 28px;border:0;border-radius:10px;background:var(--accent);color:var(--on);font:inherit;font-weight:700;cursor:pointer}
.buy:hover{filter:brightness(1.1)}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
@media (max-width:480px){.buy{width:100%}}
.wide{overflow-x:auto}
table{width:100%;max-width:640px;border-collapse:collapse;margin:20px 0}
td,th{padding:10px 12px 10px 0;border-bottom:1px solid var(--line);text-align:left;font-weight:400}
td:last-child{padding-right:0;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.sum th,.sum td{font-weight:700;border:0}
code,time{font:14px ui-monospace,monospace}
`;
