/**
 * A reporter for `node --test` that writes one JSON line: how many tests passed, failed and were skipped.
 * Must never count what is not a test: a suite, or a file that contains none.
 */
import path from 'node:path';
import type { TestEvent } from 'node:test/reporters';

export type Counts = { passed: number; failed: number; skipped: number };

export default async function* countReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { data } = event;
    if (data.skip !== undefined || data.todo !== undefined) {
      counts.skipped += 1;
    } else if (event.type === 'test:pass') {
      // A file without any test is reported as one passed test that bears the file's name.
      const isFile = data.nesting === 0 && data.file !== undefined && path.resolve(data.name) === data.file;
      if (data.details.type !== 'suite' && !isFile) counts.passed += 1;
    } else if (event.data.details.type !== 'suite' || isHookFailure(event.data.details.error)) {
      counts.failed += 1;
    }
  }
  yield `${JSON.stringify(counts)}\n`;
}

/** A suite fails with its tests, which are counted themselves; only a failing hook of its own adds to the count. */
function isHookFailure(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'failureType' in error && error.failureType === 'hookFailed';
}
