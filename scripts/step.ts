/**
 * Runs one program of a script and tells how it went.
 * Must never swallow a failure: its output is shown, or kept and shown when it fails.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

export function say(line: string): void {
  console.log(line);
}

/** A package's own program, run by this Node (its shebang would pick the system's). */
export function tool(name: string, args: string[]): Promise<boolean> {
  return shown(process.execPath, [path.join(root, 'node_modules', '.bin', name), ...args]);
}

export function shown(program: string, args: string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** For talkative programs: a line now and then, the output only when it failed. */
export async function quietly(title: string, program: string, args: string[]): Promise<boolean> {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  say(`${title} …`);
  const ticking = setInterval(() => say(`${title} … ${elapsed()}`), 5000);
  let output = '';
  const code = await new Promise<number | string | null>((resolve) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status, signal) => resolve(status ?? signal));
  });
  clearInterval(ticking);
  if (code === 0) return true;
  say(`${output}\n${title}: failed (${code}) after ${elapsed()}`);
  return false;
}
