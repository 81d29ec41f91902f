/**
 * `npm start`: brings up everything (server, workers, embedded database) from a bare checkout.
 * Must never do business of its own: it prepares, hands over to src/main.ts and passes on its exit code.
 */
import path from 'node:path';
import { prepare, root, runNode } from './prepare.mjs';

const node = await prepare();
const main = path.join(root, 'src', 'main.ts');
// The ipc channel is the child's life line: when this wrapper is killed the child sees 'disconnect' and shuts down.
process.exit(await runNode(node, [main, 'all', ...process.argv.slice(2)], { ipc: true, cwd: root }));
