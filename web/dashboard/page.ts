// The one HTML document of the dashboard, the same for every address below /dashboard: what to load, and where it hangs. It holds
// nothing of any merchant, no key and no setting beyond the base path. Pure.

import type { BuiltDashboard } from '../build-dashboard.ts';
import { escapeText } from '../checkout/html.ts';

export type DashboardAssets = Pick<BuiltDashboard, 'entry' | 'styles' | 'preload'>;

export type Place = {
  /** Path of the public address without a slash at its end; empty when there is none. */
  base_path: string;
  /** For the style elements that the component library makes in the browser. */
  nonce: string;
};

export function renderDashboard(assets: DashboardAssets, { base_path, nonce }: Place): string {
  const at = (file: string) => escapeText(`${base_path}/assets/${file}`);
  const { entry } = assets;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">',
    '<link rel="icon" href="data:,"><title>Florin</title>',
    ...assets.styles.map((s) => `<link rel="stylesheet" href="${at(s.file)}" integrity="${s.integrity}">`),
    ...assets.preload.map((file) => `<link rel="modulepreload" href="${at(file)}">`),
    `<script type="module" src="${at(entry.file)}" integrity="${entry.integrity}" nonce="${escapeText(nonce)}"></script>`,
    `</head><body><div id="root" data-base="${escapeText(base_path)}"></div>`,
    '<noscript>The dashboard needs JavaScript.</noscript></body></html>',
  ].join('\n');
}
