// The pages of a payment link: what it sells, for whoever did not come by a browser's own navigation, and that it is closed. Pure.

import type { LinkView } from '../../src/checkout/open-payment-link.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { brandingStyle } from './branding.ts';
import { html, imageUrl } from './html.ts';
import { icon } from './marks.ts';
import { moneyIn, type Page, sayIn, shell } from './page.ts';

export function renderLanding(view: LinkView, page: Page): string {
  const say = sayIn(page.locale);
  const money = moneyIn(page.locale, currencyOf(view.currency));
  const merchant = view.merchant.name;
  const total = money(view.line_items.reduce((sum, line) => sum + line.amount, 0));
  const names = view.line_items.map((line) => line.name).join(', ');
  const picture = view.line_items.map((line) => imageUrl(line.image_url)).find((url) => url !== undefined);
  const inside = html`<h1>${say('page_title', { merchant })}</h1>
<ul class="items" role="list">${view.line_items.map((line) => html`<li class="item"><p class="what item-name"><bdi>${line.name}</bdi></p><p class="price"><bdi>${money(line.amount)}</bdi></p></li>`)}</ul>
<form method="post" action="${page.base_path}/l/${view.id}"><button class="button primary" id="continue">${say('link_continue')}</button></form>`;
  return alone(view, page, {
    title: say('page_title', { merchant }),
    inside,
    share: { title: names, description: `${merchant} · ${total}`, image: picture },
  });
}

export function renderLinkClosed(view: LinkView, page: Page): string {
  const say = sayIn(page.locale);
  const merchant = view.merchant.name;
  const state = view.state === 'active' ? 'inactive' : view.state;
  const title = say(`link_${state}_title`);
  const inside = html`<span class="badge" aria-hidden="true">${icon('clock')}</span><h1>${title}</h1><p>${say('link_closed_text', { merchant })}</p>`;
  return alone(view, page, { title, inside });
}

type Parts = {
  title: string;
  inside: ReturnType<typeof html>;
  share?: { title: string; description: string; image: string | undefined };
};

function alone(view: LinkView, page: Page, { title, inside, share }: Parts): string {
  const say = sayIn(page.locale);
  const body = html`<div class="page alone"><main class="pay"><div class="inner"><div class="panel state">${inside}</div></div></main><footer class="foot"><div class="inner">${icon('lock')}<span>${say('footer')}</span></div></footer></div>`;
  return shell({
    page,
    title,
    body,
    with_script: false,
    brand: { style: brandingStyle(view.branding, page.scheme), icon_url: view.branding.icon_url },
    ...(share ? { share } : {}),
  });
}
