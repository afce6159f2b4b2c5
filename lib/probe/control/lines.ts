/** Lines from a byte stream, however it was split. */

/** Passes every complete line (without its "\n") to `take`; throws when a line grows beyond `limitBytes`. */
export function lineSplitter(take: (line: string) => void, limitBytes: number) {
  let pieces: Buffer[] = [];
  let size = 0;
  return (chunk: Buffer): void => {
    let from = 0;
    for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
      pieces.push(chunk.subarray(from, to));
      const line = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      size = 0;
      from = to + 1;
      take(line);
    }
    if (from === chunk.length) return;
    pieces.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > limitBytes) throw new Error(`a line of more than ${limitBytes} bytes`);
  };
}
