// A letter as HTML that survives mail clients: divisions of one column instead of tables, every style inline, a style element only for
// the dark, no script, nothing loaded but the merchant's logo. Escaped by construction (web/checkout/html.ts). Pure.

import { type Html, html, raw, webUrl } from '../../web/checkout/html.ts';
import type { Branding } from '../identity/branding.ts';
import { contrast, isColor, mix, shadeOn, textOn } from '../kit/color.ts';
import type { Letter, Row } from './letter.ts';
import type { Words } from './words.ts';

export type Style = Pick<Branding, 'color' | 'corners'> & { merchant: string; logo_url: string | null };

/** Around the letter: what every mail says. */
export type Frame = { sandbox: string | null; footer: string[] };

const ours = '#0b6b4f';
const fonts = `-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Noto Sans','Noto Sans Arabic',Helvetica,Arial,sans-serif`;
const light = { ground: '#f4f3ef', card: '#ffffff', ink: '#1b1d21', soft: '#5c636d', line: '#e4e2dc' };
const dark = { ground: '#121417', card: '#1c1f24', ink: '#f0f0ee', soft: '#aab0b9', line: '#343a42' };
const round: Record<Branding['corners'], { card: number; button: number }> = {
  square: { card: 2, button: 2 },
  rounded: { card: 12, button: 8 },
  pill: { card: 20, button: 99 },
};

export function letterHtml(letter: Letter, words: Words, style: Style, frame: Frame): string {
  const { direction: dir, language } = words;
  const color = style.color !== null && isColor(style.color) ? style.color : ours;
  const [start, end] = dir === 'rtl' ? ['right', 'left'] : ['left', 'right'];
  const corners = round[style.corners];
  const part = { start, end, corners, color };
  return html`<!doctype html>
<html lang="${language}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="x-apple-disable-message-reformatting">
<title>${letter.subject}</title>
<style>${raw(darkStyle(color))}</style>
</head>
<body class="ground" style="margin:0;padding:0;background:${light.ground};-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;opacity:0" aria-hidden="true">${letter.paragraphs[0] ?? ''}${filler}</div>
<div role="main" class="ground ink" lang="${language}" dir="${dir}" style="background:${light.ground};color:${light.ink};font-family:${fonts};font-size:16px;line-height:1.5;text-align:${start};padding:32px 12px;word-break:break-word;overflow-wrap:anywhere">
<div style="max-width:560px;margin:0 auto">
<div style="padding:0 8px 20px">${head(style)}</div>
${frame.sandbox !== null && html`<div class="note" style="background:#fff3d6;color:#5f4300;border-radius:${corners.button === 99 ? 12 : corners.button}px;padding:8px 16px;margin:0 0 12px;font-size:14px">${frame.sandbox}</div>`}
<div class="card" style="background:${light.card};border:1px solid ${light.line};border-top:4px solid ${color};border-radius:${corners.card}px;padding:28px 24px">
${body(letter, part)}
</div>
<div class="soft" style="color:${light.soft};font-size:13px;line-height:1.5;padding:20px 8px 0">${frame.footer.map((line) => html`<p style="margin:0 0 6px">${line}</p>`)}</div>
</div>
</div>
</body>
</html>
`.text;
}

type Part = { start: string; end: string; corners: { card: number; button: number }; color: string };

function body(letter: Letter, part: Part): Html {
  const { amount } = letter;
  return html`<h1 style="font-size:22px;line-height:1.3;font-weight:650;margin:0 0 12px">${letter.heading}</h1>
${letter.paragraphs.map((text) => html`<p style="margin:0 0 14px">${text}</p>`)}
${amount && html`<div style="margin:20px 0 4px"><div class="soft" style="color:${light.soft};font-size:14px">${amount.label}</div><div style="font-size:32px;line-height:1.25;font-weight:650">${amount.value}</div></div>`}
${rows(letter.items, part)}
${rows(letter.sums, part)}
${letter.button && button(letter.button, part)}
${rows(letter.facts, part)}
${letter.after?.map((text) => html`<p class="soft" style="color:${light.soft};font-size:14px;margin:14px 0 0">${text}</p>`)}`;
}

/** The value floats to the end of the line; where a client knows no floats, the label still follows it. */
const rows = (list: Row[] | undefined, { start, end }: Part) =>
  list !== undefined &&
  list.length > 0 &&
  html`<div class="line" style="border-top:1px solid ${light.line};margin:20px 0 0;padding:10px 0 0">${list.map(
    ({ label, value, strong }) =>
      html`<div style="overflow:hidden;padding:4px 0${strong && ';font-weight:650'}"><span style="float:${end};max-width:62%;text-align:${end};padding-${start}:16px">${value}</span> <span${!strong && html` class="soft"`} style="display:block;overflow:hidden${!strong && `;color:${light.soft}`}">${label}</span></div>`,
  )}</div>`;

function button({ label, url }: { label: string; url: string }, { corners, color }: Part) {
  const address = webUrl(url);
  return (
    address !== undefined &&
    html`<div style="margin:22px 0 6px"><a class="button" href="${address}" style="display:inline-block;background:${color};color:${textOn(color)};border:1px solid ${edgeOf(color, light.card)};border-radius:${corners.button}px;padding:11px 22px;font-weight:600;text-decoration:none">${label}</a></div>`
  );
}

/** On white in both schemes: a logo drawn for a light page would be lost in the dark. */
function head({ merchant, logo_url }: Style): Html {
  const logo = webUrl(logo_url);
  if (logo === undefined) return html`<span style="font-size:18px;font-weight:650">${merchant}</span>`;
  return html`<img class="logo" src="${logo}" alt="${merchant}" height="40" style="display:inline-block;height:40px;max-width:220px;object-fit:contain;border:0;font-size:18px;font-weight:650">`;
}

/** A button that would melt into what it stands on gets an edge. */
const edgeOf = (color: string, ground: string) => (contrast(color, ground) < 1.6 ? '#868c95' : color);

/** Digits of checked colours alone go in here. */
function darkStyle(color: string): string {
  const line = shadeOn(mix(dark.card, color, 0.6), [dark.card], 1.6, '#ffffff');
  return [
    ':root{color-scheme:light dark;supported-color-schemes:light dark}',
    '@media (prefers-color-scheme:dark){',
    `.ground{background:${dark.ground}!important}`,
    `.ink{color:${dark.ink}!important}`,
    `.card{background:${dark.card}!important;border-color:${dark.line}!important;border-top-color:${line}!important}`,
    `.soft{color:${dark.soft}!important}`,
    '.note{background:#3a2f14!important;color:#f3d58a!important}',
    `.line{border-color:${dark.line}!important}`,
    `.button{border-color:${edgeOf(color, dark.card)}!important}`,
    '.logo{background:#ffffff!important;padding:6px!important;border-radius:8px!important}',
    '}',
  ].join('');
}

/** Keeps what follows out of the line that a list of mails shows. */
const filler = raw('&#8199;&#65279;&#847; '.repeat(40));
