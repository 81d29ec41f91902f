// What the figures were measured on. Without it a figure says nothing.

import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

export type Machine = {
  cpu: string;
  cores: number;
  memory_gib: number;
  system: string;
  node: string;
  /** Writes of 8 kB, each followed by fdatasync, a second: what one commit at a time can reach at best. */
  syncs_per_second: number;
  /** Of the last minute before the run: above a half of a core, somebody else was at work too. */
  load_before: number;
};

export function readMachine(folder: string): Machine {
  const [load_before = 0] = loadavg();
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    syncs_per_second: syncRate(folder),
    load_before,
  };
}

function syncRate(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'sync-test');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(8192, 7);
  let count = 0;
  const started = performance.now();
  while (performance.now() - started < 500) {
    writeSync(file, page, 0, page.length, 0);
    fdatasyncSync(file);
    count += 1;
  }
  const rate = (count * 1000) / (performance.now() - started);
  closeSync(file);
  rmSync(path);
  return rate;
}
