/** On equal paths with real noise: how often does the interval contain the truth, and how often is a sound instrument refused? */
import { us } from '../../lib/latency/numbers.ts';
import { wilson } from '../../lib/statistics/wilson.ts';
import { cases, countRuns, type Case, type Counted } from './count-runs.ts';
import type { Fact } from './facts.ts';

const usual = 200;

/** 200 seeded runs of each form, regime and place through the clause's own estimators; UDP and TCP in turn. No lab. */
export async function proveCoverage({ signal }: { signal: AbortSignal }): Promise<Fact[]> {
  console.log(
    `${usual} runs of equal paths, drawn from what the lab once gave, in each form: about 8 min, without a lab.`,
  );
  const results: (Case & Counted)[] = [];
  for (const one of cases) results.push({ ...one, ...(await countRuns(one, { runs: usual, signal })) });
  return [
    ...results.map((one) => ({ fact: one.name, holds: isNominal(one), seen: countWords(one) })),
    ...['short form', 'full form'].map((form) => refusalFact(form, results)),
  ];
}

/** Between equal paths the interval contains 0 (here: what was planted), and so does the control's, in at least 95 %; for the cost of a new flow, as far as this many runs can tell. */
export function isNominal({ runs, differences }: Counted): boolean {
  return differences.every(({ name, covering, refused }) => {
    const held = name === 'new minus established' ? wilson(covering, { trials: runs }).upper : covering / runs;
    return held >= 0.95 && refused <= 0.05 * runs;
  });
}

function countWords({ runs, differences }: Counted): string {
  const words = differences.map(
    ({ name, covering, refused, noticedUs }) =>
      `${name}: true in ${covering} of ${runs}, refused ${refused}, notices a bias of ${us(noticedUs)} µs`,
  );
  return words.join('; ');
}

/** Of both protocols. */
function refusalFact(form: string, results: readonly (Case & Counted)[]): Fact {
  const mine = results.filter(({ name }) => name.startsWith(form));
  const sound = mine.reduce((share, { runs, refused }) => share * (1 - refused / runs) ** 2, 1);
  return {
    fact: `${form}: a sound instrument is rarely refused`,
    holds: 1 - sound < 0.2,
    seen: `${(100 * (1 - sound)).toFixed(1)} % of the runs have a difference without a number somewhere`,
  };
}
