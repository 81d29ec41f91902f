// Bugs stop here. An assertion is never the answer to bad input: that is a Fault.

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** For the end of an exhaustive switch: a forgotten case does not compile. */
export function never(value: never, message = 'unexpected value'): never {
  throw new Error(`assertion failed: ${message}: ${JSON.stringify(value)}`);
}

export function must<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new Error(`assertion failed: ${message}`);
  return value;
}
