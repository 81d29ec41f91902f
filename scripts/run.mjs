/**
 * `node scripts/run.mjs <file.ts> [args]`: runs one TypeScript file of the project under Node 24, from a bare checkout.
 * Must never be needed by production code; it serves the scripts of package.json.
 */
import path from 'node:path';
import { giveUp, prepare, root, runNode } from './prepare.mjs';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) giveUp('usage: node scripts/run.mjs <file.ts> [arguments]');
const node = await prepare();
process.exit(await runNode(node, [path.resolve(root, file), ...rest]));
