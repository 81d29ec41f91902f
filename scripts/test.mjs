/**
 * `npm test`: the whole verdict on the project, from a bare checkout.
 * Must never decide what passes; scripts/test.ts does, and its exit code is handed through.
 */
import path from 'node:path';
import { prepare, root, runNode } from './prepare.mjs';

const node = await prepare();
process.exit(await runNode(node, [path.join(root, 'scripts', 'test.ts'), ...process.argv.slice(2)], { cwd: root }));
