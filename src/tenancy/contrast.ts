/** The backgrounds on which a colour is shown, as in the dashboard's light and dark style. */
const backgrounds = { light: '#ffffff', dark: '#0d1117' } as const;

/** WCAG 2.2, 1.4.11: of what is not text, such as a line in a chart. */
const LEAST_CONTRAST = 3;

/** WCAG's ratio of two colours such as `#1f6feb`, from 1 to 21. */
function contrastOf(one: string, other: string): number {
  const [lighter, darker] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => b - a) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(color.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

/** What is wrong with a colour, with the ratio; undefined when it can be seen on every background. */
export function findFaint(color: string): string | undefined {
  for (const [name, background] of Object.entries(backgrounds)) {
    const ratio = contrastOf(color, background);
    if (ratio >= LEAST_CONTRAST) continue;
    // Down, so that what is too little never reads as enough.
    const shown = (Math.floor(ratio * 100) / 100).toFixed(2);
    const remedy = name === 'light' ? 'Take a darker one' : 'Take a lighter one';
    return `has a contrast of ${shown}:1 to the ${name} background (${background}), and needs ${LEAST_CONTRAST}:1. ${remedy}.`;
  }
  return undefined;
}
