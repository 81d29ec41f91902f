// Answers to the examples, as they were recorded by test/api/examples.test.ts. It reads a file and never makes one up: an
// operation that was not recorded yet is shown without an answer.

import { readFileSync } from 'node:fs';

export const answers: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(new URL('./docs-answers.json', import.meta.url), 'utf8'),
);
