import { clean } from './text.ts';

export type Attributes = Readonly<Record<string, string | number>>;

/** An XML 1.0 element; `children` are elements already rendered, or text by way of `escapeLines`. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`);
  const open = `${name}${written.join('')}`;
  if (children.length === 0) return `<${open}/>`;
  const inner = children.every((child) => child.startsWith('<'))
    ? `\n${children.join('\n').replaceAll(/^(?= *<)/gm, '  ')}\n`
    : children.join('');
  return `<${open}>${inner}</${name}>`;
}

/** Text for an element or an attribute. Line ends are escaped too: unescaped, an attribute would lose them. */
function escape(text: string): string {
  return clean(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text with its line ends kept readable: for elements only. */
export function escapeLines(text: string): string {
  return escape(text).replaceAll('&#10;', '\n');
}
