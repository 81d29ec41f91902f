// The one message above the button: what went wrong, what to do next, and the reference when support may be needed.

import { find, say } from './dom.ts';

const notice = () => find('notice', HTMLElement);

export function clearNotice(): void {
  notice().replaceChildren();
}

export function showNotice(title: string, request_id?: string, advice?: string): void {
  const words = document.createElement('div');
  const strong = document.createElement('strong');
  strong.textContent = title;
  words.append(strong);
  if (advice) words.append(advice);
  if (request_id) {
    const small = document.createElement('small');
    small.textContent = say('reference', { request_id });
    words.append(small);
  }
  notice().replaceChildren(picture(), words);
  notice().scrollIntoView({ block: 'nearest' });
}

function picture(): SVGSVGElement {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('width', '16');
  svg.setAttribute('height', '16');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(ns, 'use');
  use.setAttribute('href', '#icon-alert');
  svg.append(use);
  return svg;
}
