/**
 * `npm run florin -- <command>`: the command line of src/main.ts, from a bare checkout.
 * Must never read or change an argument on its way.
 */
import path from 'node:path';
import { prepare, root, runNode } from './prepare.mjs';

const node = await prepare();
process.exit(await runNode(node, [path.join(root, 'src', 'main.ts'), ...process.argv.slice(2)]));
