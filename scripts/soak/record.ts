import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { killMatrixOf } from './matrix.ts';
import { networksOf } from './networks.ts';
import { isAt, type Place, row, type Row } from './row.ts';
import type { State } from './state.ts';
import { documentOf } from './table.ts';

/** The result of one run. */
export interface Result {
  run: string;
  durationMs: number;
  /** Empty: it was good, or right. */
  problems: string[];
}

/**
 * The rows in `soak.json` of a folder, and `soak.md`, `kill-matrix.md` and `networks.md` beside it, rewritten after each run so that no finished run is lost.
 * Runs add to a row of the same commit and machine, and replace any other.
 */
export class SoakRecord {
  readonly #folder: string;
  readonly #state: State;
  readonly #again: boolean;
  /** Those with a run of this soak. */
  readonly #begun: Place[] = [];
  #rows: Row[];

  /** `again`: existing runs do not count. */
  constructor(folder: string, { state, again }: { state: State; again: boolean }) {
    this.#folder = folder;
    this.#state = state;
    this.#again = again;
    const file = join(folder, 'soak.json');
    this.#rows = existsSync(file) ? z.array(row).parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
  }

  /** The row to which runs are added now; null when there is none. */
  current(place: Place): Row | null {
    const { isClean, commit, machine } = this.#state;
    const kept = this.#rows.find(isAt(place));
    if (kept === undefined) return null;
    const isSame = isClean && !this.#again && kept.commit === commit && kept.machine === machine;
    return isSame || this.#begun.some(isAt(place)) ? kept : null;
  }

  /** Saves the result of a run, with the number of runs asked for. */
  add(place: Place, { asked, result }: { asked: number; result: Result }): void {
    const { date, commit, machine } = this.#state;
    const { goodMs = [], bad = [] } = this.current(place) ?? {};
    const { run, durationMs, problems } = result;
    const isGood = problems.length === 0;
    const next: Row = {
      ...place,
      asked,
      goodMs: isGood ? [...goodMs, Math.round(durationMs)] : goodMs,
      bad: isGood ? bad : [...bad, { run, problems }],
      date,
      commit,
      machine,
    };
    const isHere = isAt(place);
    if (!this.#begun.some(isHere)) this.#begun.push(place);
    this.#rows = [...this.#rows.filter((one) => !isHere(one)), next];
    writeFileSync(
      join(this.#folder, 'soak.json'),
      `[\n${this.#rows.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`,
    );
    this.write();
  }

  /** The documents that are made from the rows. */
  write(): void {
    writeFileSync(join(this.#folder, 'soak.md'), documentOf(this.#rows));
    writeFileSync(join(this.#folder, 'kill-matrix.md'), killMatrixOf(this.#rows));
    writeFileSync(join(this.#folder, 'networks.md'), networksOf(this.#rows));
  }
}
