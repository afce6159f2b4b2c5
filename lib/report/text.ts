import { stripVTControlCharacters } from 'node:util';
import wrapAnsi from 'wrap-ansi';

// Control characters, bidirectional overrides and halves of surrogate pairs: none of these may reach a terminal or an XML file.
const unsafe =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu;

/** The text without anything that could move a cursor or break a document; line ends are kept. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(unsafe, '');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim();
}

/** "340 ms", "1.2 s", "3 min 5 s". */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "1 edge", "9 edges". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The text in lines of at most `width` columns, all but the first behind `indent`; null leaves it on one line. Longer words are not split. */
export function wrap(text: string, { width, indent }: { width: number | null; indent: string }): string {
  if (width === null) return text;
  return wrapAnsi(text, Math.max(20, width - indent.length)).replaceAll('\n', `\n${indent}`);
}
