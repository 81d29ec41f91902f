// Where the time of the server's own thread and of the database goes: reads V8's sampled profile and pg_stat_statements.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';

type Node = {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  hitCount?: number;
  children?: number[];
};
type CpuProfile = { nodes: Node[]; samples: number[]; timeDeltas: number[]; startTime: number; endTime: number };

export type Line = { share: number; what: string };

/** Share of busy time by the function that was running, and by the package or room it belongs to. */
export async function readCpuProfile(
  folder: string,
): Promise<{ functions: Line[]; places: Line[]; inclusive: Line[] }> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  const [name] = names.sort().reverse();
  if (name === undefined) throw new Error(`no profile in ${folder}: the server did not end by itself`);
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const [functions, places, inclusive] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const add = (to: Map<string, number>, key: string, value: number) => to.set(key, (to.get(key) ?? 0) + value);
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const node = byId.get(id);
    const delta = timeDeltas[i] ?? 0;
    if (!node || node.callFrame.functionName === '(idle)') continue;
    busy += delta;
    add(functions, nameOf(node), delta);
    add(places, placeOf(node), delta);
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = byId.get(at);
      if (!frame?.callFrame.url.includes('/src/')) continue;
      const what = nameOf(frame);
      if (!seen.has(what)) add(inclusive, what, delta);
      seen.add(what);
    }
  }
  const lines = (from: Map<string, number>) =>
    [...from].map(([what, time]) => ({ what, share: time / busy })).sort((a, b) => b.share - a.share);
  return { functions: lines(functions), places: lines(places), inclusive: lines(inclusive) };
}

const fileOf = (url: string) =>
  url
    .replace(/^.*\/node_modules\//, '')
    .replace(/^.*\/(src|web|examples)\//, '$1/')
    .replace(/^file:\/\//, '');
const nameOf = ({ callFrame: { functionName, url, lineNumber } }: Node) =>
  `${functionName || '(anonymous)'} ${url === '' ? '' : `${fileOf(url)}:${lineNumber + 1}`}`.trim();

function placeOf({ callFrame: { functionName, url } }: Node): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)';
  const file = fileOf(url);
  if (url.includes('/node_modules/'))
    return file.startsWith('@') ? file.split('/').slice(0, 2).join('/') : (file.split('/')[0] ?? file);
  return file.startsWith('src/') ? file.split('/').slice(0, 2).join('/') : (file.split('/')[0] ?? file);
}

export type StatementLine = {
  share: number;
  calls: number;
  rows: number;
  mean_ms: number;
  log_bytes: number;
  query: string;
};

export async function readStatements(client: pg.Client): Promise<StatementLine[]> {
  const { rows } = await client.query<StatementLine>(`
    select round((total_exec_time / sum(total_exec_time) over ())::numeric, 4)::float8 as share, calls::float8 as calls, rows::float8 as rows,
      mean_exec_time as mean_ms, wal_bytes::float8 as log_bytes, left(regexp_replace(query, '\\s+', ' ', 'g'), 150) as query
    from pg_stat_statements s join pg_database d on d.oid = s.dbid and d.datname = current_database()
    where query !~ 'pgbench|bench_rows|pg_stat' order by total_exec_time desc limit 25`);
  return rows;
}
