// Colours as `#rrggbb`, and how well one is read on another (WCAG 2: relative luminance and contrast). Pure.

const channels = (color: string): number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

export const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = channels(color).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 (the same) to 21 (black on white). Text needs 4.5, a border or a focus ring 3. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** `share` of the other: 0 is `one`, 1 is `other`. */
export function mix(one: string, other: string, share: number): string {
  const to = channels(other);
  const mixed = channels(one).map((value, i) => Math.round(value + ((to[i] ?? 0) - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** White where it can be read, else black. Of any colour at least one of them has a contrast of 4.58. */
export const textOn = (color: string): string => (contrast('#ffffff', color) >= 4.5 ? '#ffffff' : '#000000');

/** The nearest shade of the colour, towards black or white, that has this contrast on all of these grounds. */
export function shadeOn(color: string, grounds: readonly string[], ratio: number, towards: string): string {
  for (let share = 0; share < 1; share += 0.04) {
    const shade = mix(color, towards, share);
    if (grounds.every((ground) => contrast(shade, ground) >= ratio)) return shade;
  }
  return towards;
}
