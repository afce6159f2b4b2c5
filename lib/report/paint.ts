import { styleText } from 'node:util';

type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Gives text a colour, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** With or without colours, regardless of the environment. */
export function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

/** Whether this stream wants colours: a TTY does; NO_COLOR and FORCE_COLOR have the last word. */
export function wantsColor(stream: NodeJS.WritableStream): boolean {
  return styleText('bold', 'x', { stream }) !== 'x';
}
