// The other processes of a run: started, asked, and ended with us whatever happens. Ends nothing that it did not start.

import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const started = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

export type ForkOptions = { args?: string[]; exec_args?: string[]; env?: Record<string, string>; quiet?: boolean };

export function start(
  file: string,
  { args = [], exec_args = [], env = {}, quiet = false }: ForkOptions = {},
): ChildProcess {
  const child = fork(file, args, {
    execArgv: exec_args,
    env: { ...process.env, ...env },
    // A life line: the child ends when we are gone.
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit', 'ipc'],
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/** The next message of a child; its end is an error. */
export function heard<T>(child: ChildProcess): Promise<T> {
  return new Promise((done, failed) => {
    const onExit = (code: number | null) => failed(new Error(`a process of the bench ended early (${code})`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      done(message as T);
    });
  });
}

/** SIGTERM, and after ten seconds SIGKILL. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}

/** Resident megabytes, as the kernel counts them. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

/** Looks at a process's memory four times a second until told to stop; answers the highest value. */
export function watchMemory(pid: number): { stop(): Promise<number> } {
  let highest = 0;
  let ended = false;
  const watching = (async () => {
    while (!ended) {
      highest = Math.max(
        highest,
        safely(() => residentMb(pid)),
      );
      await sleep(250, undefined, { ref: false });
    }
  })();
  return {
    async stop() {
      ended = true;
      await watching;
      return highest;
    },
  };
}

/** Seconds of CPU that a process used so far, its ended children included. */
export function cpuSeconds(pid: number): number {
  const fields = statOf(pid);
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) / 100;
}

/** The same for a process and those it is the parent of: a postmaster and its backends. */
export function familyCpuSeconds(parent: number): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [parent, ...children.map(Number)].reduce((sum, pid) => sum + safely(() => cpuSeconds(pid)), 0);
}

/** Seconds of CPU that the whole machine was busy since it started: whoever it worked for. */
export function machineCpuSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    /^cpu +(.+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq) / 100;
}

export const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0);

/** From the state on: the name before it is in parentheses and may hold anything. */
const statOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');

function safely(read: () => number): number {
  try {
    return read();
  } catch {
    // It ended between the list and the look.
    return 0;
  }
}
