import type { Matrix } from '../run.ts';

type Cell = Matrix['cells'][number];
type Counts = ReadonlyMap<keyof Cell, Uint32Array>;

/** Equal cells share one code; 0: never dialled. */
interface Palette {
  codesOf: (counts: Counts) => Uint32Array;
  /** All cells, “never dialled” first and then the most frequent, and the index of each code there. */
  byFrequency: (coded: readonly Uint32Array[]) => { cells: Cell[]; final: Uint32Array };
}

/** Only “never dialled” so far. */
export function newPalette(): Palette {
  const cells: Cell[] = [{}];
  const codes = new Map<string, number>();
  /** Nearly every cell has only dials that were kept: these are looked up without a text key. */
  const keptOnly: (number | undefined)[] = [];
  const codeOf = (cell: Cell): number => {
    const key = JSON.stringify(cell);
    const code = codes.get(key) ?? cells.push(cell) - 1;
    codes.set(key, code);
    return code;
  };
  return {
    codesOf: (counts) => {
      const kept = counts.get('kept');
      const others = [...counts]
        .filter(([kind]) => kind !== 'kept')
        .toSorted(([one], [other]) => (one < other ? -1 : 1));
      const size = counts.values().next().value?.length ?? 0;
      return Uint32Array.from({ length: size }, (_, n) => {
        const alright = kept?.[n] ?? 0;
        const failing = others.filter(([, all]) => all[n]! > 0);
        if (failing.length > 0)
          return codeOf(
            Object.fromEntries([
              ...(alright > 0 ? [['kept', alright]] : []),
              ...failing.map(([kind, all]) => [kind, all[n]]),
            ]) as Cell,
          );
        return alright === 0 ? 0 : (keptOnly[alright] ??= codeOf({ kept: alright }));
      });
    },
    byFrequency: (coded) => {
      const times = new Uint32Array(cells.length);
      for (const all of coded) for (const code of all) times[code]! += 1;
      const order = [0, ...[...cells.keys()].slice(1).toSorted((one, other) => times[other]! - times[one]!)];
      const final = new Uint32Array(cells.length);
      for (const [place, code] of order.entries()) final[code] = place;
      return { cells: order.map((code) => cells[code]!), final };
    },
  };
}
