/**
 * A row of the matrix as text. A cell is a number in letters, base 26 from `a` = 0, of which the last one is lower-case: `a`, `z`, `Ba` = 26.
 * A repeat count precedes it, where that is shorter: `3b` is `bbb`. Cells left out at the end are `a`: never dialled.
 */
export function writeRow(codes: Uint32Array, final: Uint32Array): string {
  let text = '';
  let length = codes.length;
  while (length > 0 && codes[length - 1] === 0) length -= 1;
  for (let n = 0; n < length;) {
    let next = n + 1;
    while (next < length && codes[next] === codes[n]) next += 1;
    const letters = inLetters(final[codes[n]!]!);
    const counted = `${next - n}${letters}`;
    const repeated = (next - n) * letters.length;
    text += counted.length < repeated ? counted : letters.repeat(next - n);
    n = next;
  }
  return text;
}

/** Parses such a row: indexes of `cells`, one per column. */
export function readRow(text: string, { columns }: { columns: number }): number[] {
  const row = [...text.matchAll(/(\d*)([A-Z]*[a-z])/g)].flatMap(([, times = '', letters = '']) =>
    Array.from({ length: times === '' ? 1 : Number(times) }, () => fromLetters(letters)),
  );
  return [...row, ...Array.from({ length: columns - row.length }, () => 0)];
}

const a = 'a'.charCodeAt(0);

function inLetters(number: number): string {
  const last = String.fromCharCode(a + (number % 26));
  return number < 26 ? last : inLetters(Math.floor(number / 26)).toUpperCase() + last;
}

function fromLetters(letters: string): number {
  return Buffer.from(letters.toLowerCase()).reduce((number, letter) => number * 26 + letter - a, 0);
}
