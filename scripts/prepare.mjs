/**
 * Makes the project runnable from a bare checkout: installs the packages when they are missing or old, and finds Node 24.
 * Must never import a package or use syntax newer than Node 20, because it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const OLDEST_NODE = 20;
const RUNTIME_NODE = 24;
const modules = path.join(root, 'node_modules');
const stamp = path.join(modules, '.florin-stamp');
/** Taken before the packages are installed: npm may end meanwhile. */
const ancestry = { parent: process.ppid, grandparent: parentOf(process.ppid) };

/** Prints to stderr, so that a command's own output can still be piped. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

export function giveUp(message) {
  say(message);
  process.exit(1);
}

/** Returns the path of a Node that runs .ts files; ends the process with one clear message when there is none. */
export async function prepare() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    giveUp(`Florin needs Node ${OLDEST_NODE} or newer to start; this is Node ${process.versions.node}.`);
  }
  await installPackages();
  return runtime(major);
}

/** Runs a script under Node 24 with the terminal handed through; resolves to the exit code for our own process. */
export function runNode(node, args, { ipc = false, cwd = process.cwd() } = {}) {
  const child = spawn(node, args, {
    cwd,
    env: { NODE_COMPILE_CACHE: path.join(root, '.florin', 'cache'), ...process.env, NODE_OPTIONS: nodeOptions() },
    stdio: ipc ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
  });
  // The terminal sends Ctrl-C to the whole group, so the child has it already: a second one would mean "at once".
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGTERM'));
  whenNpmIsGone(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal === null ? code : 128 + (SIGNAL_NUMBERS[signal] ?? 1)));
  });
}

/** Node lets the space for young objects grow to 134 MB and keeps it; a server has no use for that. Options of yours come after and win. */
const nodeOptions = () => ['--max-semi-space-size=16', process.env.NODE_OPTIONS].filter(Boolean).join(' ');

/**
 * `npm start` is npm, a shell, and we; a SIGTERM or SIGKILL to npm ends those two and never reaches us. So we look:
 * when an ancestor up to npm is gone, the child is asked to end. A wrapper started without npm may outlive its parent.
 */
function whenNpmIsGone(act) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const isShell = /^(ba|da|a|z|k)?sh$/.test(readProc(ancestry.parent, 'comm').trim());
  const watching = setInterval(() => {
    const intact = process.ppid === ancestry.parent;
    if (intact && (!isShell || parentOf(ancestry.parent) === ancestry.grandparent)) return;
    clearInterval(watching);
    act();
  }, 250);
  watching.unref();
}

function parentOf(pid) {
  // "pid (name) state ppid …", and the name may hold anything, a parenthesis included.
  return Number(readProc(pid, 'stat').replace(/^.*\) \S+ (\d+) .*$/s, '$1'));
}

function readProc(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

async function installPackages() {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const wanted = `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // Somebody's own `npm ci` or `npm install` is as good as ours: do not delete a tree that already agrees.
  if (!installedAgrees(JSON.parse(lock.toString('utf8')))) await npmCi();
  writeFileSync(stamp, wanted);
}

function installedAgrees(lock) {
  const record = path.join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages ?? {};
  return Object.entries(lock.packages ?? {}).every(([place, entry]) => {
    if (place === '' || entry.link === true) return true;
    if (entry.optional === true && !fitsThisMachine(entry)) return true;
    return installed[place]?.version === entry.version && existsSync(path.join(root, place));
  });
}

/** An optional package for another system is rightly absent; one for this system is missing. */
function fitsThisMachine(entry) {
  const fits = (list, value) => list === undefined || [list].flat().includes(value);
  const named = entry.os !== undefined || entry.cpu !== undefined || entry.libc !== undefined;
  // `libc` only ever distinguishes Linux packages; on musl the glibc ones are absent and that is no reason to reinstall.
  const libcIsOurs = fits(entry.libc, 'glibc');
  return named && libcIsOurs && fits(entry.os, process.platform) && fits(entry.cpu, process.arch);
}

async function npmCi() {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  say('installing packages …');
  const ticking = setInterval(() => say(`installing packages … ${elapsed()}`), 5000);
  // NODE_ENV=production or a user's own `omit` must not leave out what `npm test` and the page build need.
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional'];
  const { code, output } = await npm(args);
  clearInterval(ticking);
  if (code !== 0) giveUp(`${output}\nnpm ci failed (${code}); the lines above are npm's.`);
  say(`packages installed in ${elapsed()}`);
}

function npm(args) {
  const cli = process.env.npm_execpath;
  const ours = cli !== undefined && path.basename(cli) === 'npm-cli.js';
  const child = spawn(ours ? process.execPath : 'npm', ours ? [cli, ...args] : args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk) => {
    output += chunk;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: error.message, output }));
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

function runtime(ownMajor) {
  const bundled = path.join(modules, '.bin', 'node');
  if (existsSync(bundled) && spawnSync(bundled, ['--version'], { stdio: 'ignore' }).status === 0) return bundled;
  if (ownMajor >= RUNTIME_NODE) return process.execPath;
  return giveUp(
    `Florin runs on Node ${RUNTIME_NODE}. The bundled one exists for glibc Linux on x64 and arm64 only and is not ` +
      `usable here (${process.platform} ${process.arch}); please install Node ${RUNTIME_NODE} and try again.`,
  );
}
