// A percentage as people write it, as a whole number of its smallest part: “8.875” with four places is 88750. Pure.

/** Undefined when it is no such number. A comma is taken for a point. */
export function parts(text: string, places: number): number | undefined {
  const match = /^(\d{1,4})(?:\.(\d+))?$/.exec(text.trim().replace(/\s*%$/, '').replace(',', '.'));
  if (!match) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  return fraction.length > places ? undefined : Number(`${match[1]}${fraction.padEnd(places, '0')}`);
}

export function percent(count: number, places: number): string {
  const digits = String(count).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`} %`;
}
