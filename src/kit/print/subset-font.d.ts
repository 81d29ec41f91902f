// What is used of the library that cuts fonts; it brings no types of its own.

declare module 'subset-font' {
  export default function subsetFont(
    font: Uint8Array,
    text: string | undefined,
    options: {
      keepAllGlyphs: boolean;
      targetFormat: 'truetype';
      variationAxes: Record<string, number>;
      noHinting: boolean;
    },
  ): Promise<Uint8Array>;
}
