// Waits for what another process or a browser does meanwhile. The limit is for what never comes: nothing may be asserted about how long
// it took, so that a machine under load only needs longer.

const patience_ms = 60_000;

/** Asks again until the answer is something; a test never sleeps for a fixed time and then looks. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const until = Date.now() + patience_ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`not within ${patience_ms} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** False when it is still at work after so long: for what could go on for ever. */
export async function comesToAnEnd(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), patience_ms);
  });
  try {
    return await Promise.race([work.then(() => true), patience]);
  } finally {
    clearTimeout(timer);
  }
}
