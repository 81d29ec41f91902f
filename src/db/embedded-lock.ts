/**
 * Lets one process at a time prepare or start the database of a folder.
 * Must never leave a lock behind: it is a name in the kernel, which ends with its holder, kill -9 included.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** As long as a recovery may take, because the holder waits for that. */
const PATIENCE_MS = 15 * 60_000;

export async function alone<T>(dir: string, log: (line: string) => void, work: () => Promise<T>): Promise<T> {
  // An abstract socket (leading NUL) has no file; its name is limited to 107 bytes, hence the hash.
  const name = `\0florin-${createHash('sha256').update(dir).digest('hex')}`;
  const started = Date.now();
  let nextLine = started + 5000;
  let lock = await take(name);
  while (lock === undefined) {
    if (Date.now() - started > PATIENCE_MS) throw new Error(`another process has been starting ${dir} for too long`);
    if (Date.now() > nextLine) {
      log(`waiting for another process that is starting the database in ${dir} …`);
      nextLine += 5000;
    }
    await sleep(50);
    lock = await take(name);
  }
  const held = lock;
  try {
    return await work();
  } finally {
    await new Promise<void>((resolve) => held.close(() => resolve()));
  }
}

function take(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => resolve(server));
  });
}
