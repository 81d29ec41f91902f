// The plot of a run as SVG, by hand: throughput as bars, latency as percentiles.

import type { Findings } from './figures.ts';
import { type Measured, median } from './measure.ts';

const [width, height] = [960, 420];
const [left, top, bottom] = [60, 70, 360];
const colours = ['#8a94a6', '#2563eb', '#7c3aed', '#059669', '#d97706'];

export function plotOf(f: Findings, subtitle: string): string {
  const bars = [
    { name: 'pgbench', value: median(f.rounds.map((r) => r.pgbench)) },
    { name: 'payments', value: median(f.rounds.map((r) => r.spread.per_second)) },
    { name: 'one account', value: median(f.rounds.map((r) => r.hot.per_second)) },
    { name: 'webhooks', value: median(f.webhooks.map((w) => w.queued)) },
  ];
  const [first] = f.rounds;
  const lines = [
    { name: '500/s', run: f.at_500 },
    { name: `${Math.round(f.at_80.sent / f.at_80.seconds)}/s`, run: f.at_80 },
    ...(first ? [{ name: `${f.callers} callers`, run: first.spread }] : []),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="24" y="30" font-size="18" font-weight="600">Florin bench</text>
<text x="24" y="50" fill="#555">${escaped(subtitle)}</text>
${barsOf(bars)}
${linesOf(lines)}
</svg>
`;
}

function barsOf(bars: { name: string; value: number }[]): string {
  const most = Math.max(...bars.map((bar) => bar.value));
  const step = 95;
  const shown = bars.map(({ name, value }, i) => {
    const tall = (value / most) * (bottom - top - 50);
    const x = left + i * step;
    return `<rect x="${x}" y="${(bottom - tall).toFixed(1)}" width="62" height="${tall.toFixed(1)}" rx="3" fill="${colours[i]}"/>
<text x="${x + 31}" y="${(bottom - tall - 6).toFixed(1)}" text-anchor="middle">${value.toFixed(0)}</text>
<text x="${x + 31}" y="${bottom + 18}" text-anchor="middle" fill="#555">${name}</text>`;
  });
  return `<text x="${left}" y="${top + 16}" font-weight="600">per second</text>\n${shown.join('\n')}`;
}

const percentiles = ['p50', 'p90', 'p99', 'p999', 'max'] as const;

/** Logarithmic, 0.1 ms to 1 s. */
function linesOf(lines: { name: string; run: Measured }[]): string {
  const from = 520;
  const step = 95;
  const y = (ms: number) => bottom - ((Math.log10(Math.min(1000, Math.max(0.1, ms))) + 1) / 4) * (bottom - top - 30);
  const rules = [0.1, 1, 10, 100, 1000].map(
    (ms) =>
      `<line x1="${from}" x2="${from + 4 * step}" y1="${y(ms)}" y2="${y(ms)}" stroke="#e5e7eb"/><text x="${from - 8}" y="${y(ms) + 4}" text-anchor="end" fill="#555">${ms}</text>`,
  );
  const names = percentiles.map(
    (name, i) => `<text x="${from + i * step}" y="${bottom + 18}" text-anchor="middle" fill="#555">${name}</text>`,
  );
  const curves = lines.map(({ name, run }, i) => {
    const points = percentiles.map((p, at) => `${from + at * step},${y(run.latency_ms[p]).toFixed(1)}`);
    const colour = colours[i + 1];
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>
<text x="${from + 12}" y="${top + 32 + i * 16}" fill="${colour}">${escaped(name)}</text>`;
  });
  return `<text x="${from}" y="${top + 10}" font-weight="600">latency, ms</text>\n${[...rules, ...names, ...curves].join('\n')}`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
