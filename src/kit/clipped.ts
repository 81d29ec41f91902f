// Text cut to a length. Pure.

/** At most so many UTF-16 units, and never half of a pair: half a letter is no text to a database. */
export const clipped = (text: string, most: number): string => text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
