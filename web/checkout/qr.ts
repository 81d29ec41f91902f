// A QR code as one path of SVG, made on the server: the script carries no library, and the page shows it without any. Pure.

import { encode } from 'uqr';
import { type Html, html } from './html.ts';

/** Light modules around the code, as the standard wants them. */
const quiet = 4;

export function qrPath(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  const runs: string[] = [];
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue;
      let end = x;
      while (end < size && row[end]) end++;
      runs.push(`M${x + quiet} ${y + quiet}h${end - x}v1h${x - end}z`);
      x = end;
    }
  }
  return { size: size + 2 * quiet, path: runs.join('') };
}

/** As a file, for print. */
export function qrFile(text: string): string {
  const { size, path } = qrPath(text);
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${size * 8}" height="${size * 8}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><title>${text}</title><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>\n`
    .text;
}

/** Black on white in every colour scheme: scanners do not read the reverse. */
export function qrCode(text: string, label: string): Html {
  const { size, path } = qrPath(text);
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`;
}
