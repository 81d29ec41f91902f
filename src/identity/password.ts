// Passwords: how they are kept, compared and judged. Argon2id by its library; whether one is easy to guess is estimated offline, over
// lists of leaked passwords and common words. Must never log or return one.

import { hash, verify } from '@node-rs/argon2';
import { Fault } from '../kit/fault.ts';

export const shortest = 12;
export const longest = 128;

/** 19 MiB, two passes: what OWASP names for argon2id. About 10 ms of a core, off the main thread. */
export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFC'));

/** What an account without a password holds: nothing fits it. */
export const noPassword = '!';

let dummy: Promise<string> | undefined;

/** Takes the same time whether there is a password to compare with or not. */
export async function passwordFits(kept: string | null | undefined, given: string): Promise<boolean> {
  dummy ??= hash('the password of nobody');
  const against = kept && kept !== noPassword ? kept : await dummy;
  const fits = await verify(against, given.normalize('NFC'));
  return fits && against === kept;
}

type Judge = { check(password: string, about: string[]): { score: number } };
let judge: Promise<Judge> | undefined;

async function openJudge(): Promise<Judge> {
  // Megabytes of lists: read when the first password is chosen.
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
}

export async function refuseWeakPassword(password: string, about: string[], param = 'password'): Promise<void> {
  const length = [...password].length;
  if (length < shortest || length > longest) {
    throw new Fault('parameter_invalid', `A password has ${shortest} to ${longest} characters; this has ${length}.`, {
      param,
    });
  }
  judge ??= openJudge();
  // The estimate costs more than its length in time; what is long enough needs no more of it.
  const { score } = (await judge).check(password.slice(0, 64), about);
  if (score < 3) {
    throw new Fault(
      'parameter_invalid',
      'This password is easy to guess: it is on a list of leaked passwords, or made of common words or patterns. Choose several words that do not belong together.',
      { param },
    );
  }
}
