/** The little SVG that plots are made of. */

/** A number as SVG wants it: at most one decimal. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Text that can't be taken for markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A text element; `anchor`: which end of the text is at x. */
export function label(
  text: string,
  {
    x,
    y,
    anchor = 'start',
    size = 11,
    fill = '#333',
  }: { x: number; y: number; anchor?: string; size?: number; fill?: string },
): string {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}">${escaped(text)}</text>`;
}

export interface Stroke {
  stroke: string;
  width?: number;
  dash?: string;
}

/** A line through these points. */
export function polyline(points: readonly (readonly [number, number])[], { stroke, width = 1, dash }: Stroke): string {
  const list = points.map(([x, y]) => `${at(x)},${at(y)}`).join(' ');
  const dashed = dash === undefined ? '' : ` stroke-dasharray="${dash}"`;
  return `<polyline points="${list}" fill="none" stroke="${stroke}" stroke-width="${width}"${dashed}/>`;
}

/** A whole picture on white, readable by itself. */
export function svg(
  { width, height, title }: { width: number; height: number; title: string },
  parts: string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** 1, 2 and 5 times powers of ten within the range, both ends included. */
export function logTicks(from: number, to: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1)
    for (const step of [1, 2, 5]) ticks.push(step * 10 ** power);
  return ticks.filter((tick) => tick >= from * 0.999 && tick <= to * 1.001);
}
