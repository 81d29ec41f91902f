/**
 * Guarantees of the embedded database: it starts from nothing, from a crash and from a running server, keeps what was
 * committed, and leaves no process behind. Must never use the project's own database.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { type Embedded, startEmbedded } from './embedded.ts';
import { processesIn } from './embedded-place.ts';

const asRoot = process.getuid?.() === 0;
const embeddedModule = path.join(import.meta.dirname, 'embedded.ts');
const settings = { shared_buffers: '16MB' };
const lines: string[] = [];
const log = (line: string) => void lines.push(line);

async function ask<T = unknown>(url: string, sql: string): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

const homes: string[] = [];

/** A folder as in a project; `mode` is that of the project itself, which root owns. */
async function projectFolder(mode = 0o755): Promise<string> {
  const project = await fs.mkdtemp(path.join(os.tmpdir(), 'florin-embedded-'));
  await fs.chmod(project, mode);
  homes.push(project);
  return path.join(project, '.florin', 'postgres');
}

async function dataOf(dir: string): Promise<string> {
  return path.join(await fs.realpath(dir), 'data');
}

async function postmasterOf(dir: string): Promise<number> {
  return Number((await fs.readFile(path.join(await dataOf(dir), 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function removeProject(project: string): Promise<void> {
  const dir = path.join(project, '.florin', 'postgres');
  const real = await fs.realpath(dir).catch(() => undefined);
  if (real !== undefined) {
    for (const pid of await processesIn(path.join(real, 'data'))) process.kill(pid, 'SIGKILL');
    if (real !== dir) await fs.rm(real, { recursive: true, force: true });
  }
  await fs.rm(project, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

after(async () => {
  for (const project of homes) await removeProject(project);
});

describe('a project anybody can reach', () => {
  let dir: string;
  let first: Embedded;

  before(async () => {
    dir = await projectFolder();
    first = await startEmbedded({ dir, log, settings });
  });

  test('the first start makes a durable, checksummed UTF-8 cluster on loopback only', async () => {
    assert.equal(first.adopted, false);
    assert.match(first.url, /^postgres:\/\/florin:[\w-]{32}@127\.0\.0\.1:\d+\/florin$/);
    assert.equal(await ask(first.url, 'select current_database() as answer'), 'florin');
    assert.equal(await ask(first.url, `select current_setting('listen_addresses') as answer`), '127.0.0.1');
    assert.equal(await ask(first.url, `select current_setting('unix_socket_directories') as answer`), '');
    assert.equal(await ask(first.url, `select current_setting('fsync') as answer`), 'on');
    assert.equal(await ask(first.url, `select current_setting('data_checksums') as answer`), 'on');
    assert.equal(await ask(first.url, `select current_setting('server_encoding') as answer`), 'UTF8');
    assert.equal(await ask(first.url, `select current_setting('shared_buffers') as answer`), '16MB');
    // Small segments of the log, with the usual room for them all.
    assert.equal(await ask(first.url, `select current_setting('wal_segment_size') as answer`), '1MB');
    assert.equal(await ask(first.url, `select current_setting('max_wal_size') as answer`), '1GB');
  });

  test('the password is 0600 and is asked for', async () => {
    const { mode } = await fs.stat(path.join(dir, 'password'));
    assert.equal(mode & 0o777, 0o600);
    const wrong = first.url.replace(/:[\w-]{32}@/, ':wrong@');
    await assert.rejects(ask(wrong, 'select 1 as answer'), /password authentication failed/);
  });

  test('a second start adopts the running server, and neither loses it', async () => {
    const second = await startEmbedded({ dir, log });
    assert.equal(second.adopted, true);
    assert.equal(second.url, first.url);
  });

  test('starts at the same moment agree on one server', async () => {
    await first.stop();
    const all = await Promise.all([1, 2, 3].map(() => startEmbedded({ dir, log, settings })));
    assert.equal(new Set(all.map((one) => one.url)).size, 1);
    assert.equal(all.filter((one) => !one.adopted).length, 1);
  });

  test('kill -9 of the postmaster loses nothing committed, and the next start comes up', async () => {
    const running = await startEmbedded({ dir, log, settings });
    await ask(running.url, 'create table kept as select 7 as n');
    process.kill(await postmasterOf(dir), 'SIGKILL');
    const again = await startEmbedded({ dir, log, settings });
    assert.equal(again.adopted, false);
    assert.equal(await ask(again.url, 'select n as answer from kept'), 7);
  });

  test('kill -9 of the process that started it leaves a server that the next start adopts', async () => {
    const running = await startEmbedded({ dir, log, settings });
    await running.stop();
    const program = `
      const { startEmbedded } = await import(${JSON.stringify(embeddedModule)});
      await startEmbedded({ dir: ${JSON.stringify(dir)}, log: () => {}, settings: ${JSON.stringify(settings)} });
      process.kill(process.pid, 'SIGKILL');`;
    const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    assert.equal(signal, 'SIGKILL', stderr);
    const adopting = await startEmbedded({ dir, log, settings });
    assert.equal(adopting.adopted, true);
    assert.equal(await ask(adopting.url, 'select n as answer from kept'), 7);
  });

  test('a postmaster.pid that names some other living process does not keep it down', async () => {
    const running = await startEmbedded({ dir, log, settings });
    const pidFile = path.join(dir, 'data', 'postmaster.pid');
    const content = await fs.readFile(pidFile, 'utf8');
    await running.stop();
    const owner = await fs.stat(path.join(dir, 'data'));
    const stranger = spawn('sleep', ['60'], { uid: owner.uid, gid: owner.gid, stdio: 'ignore' });
    try {
      await fs.writeFile(pidFile, content.replace(/^\d+/, String(stranger.pid)));
      await fs.chown(pidFile, owner.uid, owner.gid);
      const again = await startEmbedded({ dir, log, settings });
      assert.equal(again.adopted, false);
      assert.equal(await ask(again.url, 'select n as answer from kept'), 7);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  test('a server that cannot start says why, in its own words', async () => {
    const running = await startEmbedded({ dir, log, settings });
    await running.stop();
    await assert.rejects(
      startEmbedded({ dir, log, settings: { shared_buffers: 'plenty' } }),
      /did not start.*invalid value for parameter "shared_buffers"/s,
    );
  });

  test('stop closes the server under open connections and leaves no process', async () => {
    const running = await startEmbedded({ dir, log, settings });
    const idle = new pg.Client({ connectionString: running.url });
    idle.on('error', () => undefined);
    await idle.connect();
    await running.stop();
    await running.stop();
    assert.deepEqual(await processesIn(path.join(dir, 'data')), []);
    await assert.rejects(ask(running.url, 'select 1 as answer'), /ECONNREFUSED/);
  });
});

test('a throw-away cluster gives up durability only when asked to', async () => {
  const dir = await projectFolder();
  const running = await startEmbedded({ dir, log, durable: false, settings });
  assert.equal(await ask(running.url, `select current_setting('fsync') as answer`), 'off');
  await running.stop();
});

test('a project below root’s own 0700 folder keeps its data where Postgres can reach them', async (t) => {
  if (!asRoot) return t.skip('needs root');
  const dir = await projectFolder(0o700);
  const running = await startEmbedded({ dir, log, settings });
  const home = await fs.readlink(dir);
  assert.match(home, /^\/var\/lib\/florin\/[0-9a-f]{16}$/);
  assert.equal((await fs.stat(path.join(home, 'password'))).mode & 0o777, 0o600);
  assert.equal((await fs.stat(path.join(home, 'data'))).mode & 0o777, 0o700);
  await ask(running.url, 'create table kept as select 7 as n');
  await running.stop();

  // Another version of the package: the copy is replaced, the data stay.
  const shelf = path.join(home, 'software');
  const [version] = await fs.readdir(shelf);
  assert.ok(version);
  await fs.rename(path.join(shelf, version), path.join(shelf, '0.0.0'));
  const second = await startEmbedded({ dir, log, settings });
  assert.deepEqual(await fs.readdir(shelf), [version]);
  assert.equal(await fs.readlink(dir), home);
  assert.equal(await ask(second.url, 'select n as answer from kept'), 7);

  // `cp -r` of the project must not end in two projects on one database.
  const copy = await projectFolder(0o700);
  await fs.mkdir(path.dirname(copy));
  await fs.symlink(home, copy);
  const other = await startEmbedded({ dir: copy, log, settings });
  assert.notEqual(await fs.readlink(copy), home);
  assert.equal(await ask(other.url, `select to_regclass('kept') as answer`), null);
  await other.stop();
  await second.stop();
  assert.deepEqual(await processesIn(path.join(home, 'data')), []);

  await fs.rm(path.dirname(dir), { recursive: true });
  const fresh = await startEmbedded({ dir, log, settings });
  assert.equal(await ask(fresh.url, `select to_regclass('kept') as answer`), null);
  await fresh.stop();
  await fs.rm(home, { recursive: true });
});

test('data that came back from a copy made by root are handed to the account of the server', async (t) => {
  if (!asRoot) return t.skip('needs root');
  const dir = await projectFolder();
  const running = await startEmbedded({ dir, log, settings });
  await running.stop();
  const copy = await projectFolder();
  await fs.cp(await fs.realpath(dir), copy, { recursive: true });
  assert.equal((await fs.stat(path.join(copy, 'data'))).uid, 0);
  const again = await startEmbedded({ dir: copy, log, settings });
  assert.equal(await ask(again.url, 'select 1 as answer'), 1);
  await again.stop();
});

test('a link to data that are gone is refused, not silently replaced by an empty database', async (t) => {
  if (!asRoot) return t.skip('needs root');
  const dir = await projectFolder();
  await fs.mkdir(path.dirname(dir));
  await fs.symlink('/var/lib/florin/gone', dir);
  await assert.rejects(startEmbedded({ dir, log }), /is not there; restore it, or remove the link/);
});
