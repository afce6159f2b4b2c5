/** What died in mid-run: what it takes back of what was sound, and what it adds to a cause. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { diedMeanwhile, sinceLater, soundStill } from '../../../../lib/diagnosis/over-time/later.ts';
import type { Edge } from '../../../../lib/verdict/run.ts';
import { edge } from '../../report/sample-runs.ts';

const cause = { likelyCause: 'node-1 drops it', evidence: ['all traffic is lost'], lookWith: null };
const lost = (over: Partial<Edge> = {}): Edge =>
  edge({ outcome: 'timeout', problems: ['timeout'], answered: 0, ...over });
const again = lost({ recheck: true });
const before = edge({ problems: [] });
const since = (edges: Edge[], sound: Edge[] = [before]): ReturnType<typeof sinceLater> =>
  sinceLater(edges, { cause, died: diedMeanwhile(sound, edges) });
const through = { service: 'one', kind: 'ClusterIP' as const, node: null };

describe('what died in mid-run', () => {
  it('takes back what the same pair showed before, over the same protocol, and at its own address', () => {
    const others = [
      edge({ problems: [], protocol: 'UDP' }),
      edge({ problems: [], to: { ...before.to, via: through } }),
      edge({ problems: [], from: before.to, to: before.from }),
    ];
    expect(soundStill([before, ...others], [again])).to.deep.equal(others);
    expect(soundStill([before], [lost()])).to.deep.equal([before]);
    expect(soundStill([before], [edge({ problems: ['loss'], answered: 3, recheck: true })])).to.deep.equal([before]);
  });

  it('takes back nothing of what was smaller, where as large was never answered', () => {
    const size = { bytes: 1_472, fragmented: false, mtu: 1_500, pathMtu: 1_500 };
    const large = { ...again, size };
    const smaller = { ...before, size: { ...size, bytes: 981 } };
    const asLarge = { ...before, size };
    expect(soundStill([before, smaller, asLarge], [large])).to.deep.equal([before, smaller]);
    expect(since([large], [before, smaller])).to.equal(cause);
    expect(since([large], [before, asLarge]).likelyCause).to.include('it began in mid-run');
    expect(soundStill([before, asLarge], [again, large])).to.deep.equal([]);
  });

  it('is told with its cause', () => {
    const told = since([again, lost({ port: 80 }), lost({ to: { ...again.to, via: through } })]);
    expect(told.likelyCause).to.match(/^node-1 drops it; it began in mid-run: /);
    expect(told.evidence).to.deep.equal([
      'all traffic is lost',
      '1 of them had been answered at first, and were not when they were rechecked',
    ]);
  });

  it('is told with the time, where that is known: between the last answer of such a pair and the first dial that got none', () => {
    const sound = [
      { ...before, dialledMs: 2_000 },
      { ...before, dialledMs: 4_400 },
      { ...before, dialledMs: 30_000, held: { idleMs: 25_000, endedAfterMs: null } },
    ];
    const dead = [
      { ...again, dialledMs: 18_600 },
      { ...again, dialledMs: 21_000 },
    ];
    expect(since(dead, sound).likelyCause).to.match(
      /; it began in mid-run, between second 4 and second 19 of the run: /,
    );
    expect(since([again], sound).likelyCause).to.match(/; it began in mid-run: /);
    // Then others of them were answered later.
    expect(since([{ ...again, dialledMs: 3_000 }], sound).likelyCause).to.match(/; it began in mid-run: /);
  });

  it('adds nothing where it was dead before as well, nor to what is lost at times', () => {
    for (const edges of [[lost()], [again, lost()], [edge({ problems: ['loss'], answered: 3, recheck: true })]])
      expect(since(edges)).to.equal(cause);
  });

  it('adds nothing where that pair was never dialled before: there are too many', () => {
    const never = lost({ recheck: true, to: { ...again.to, probe: 'another' } });
    expect(since([never])).to.equal(cause);
    expect(since([again], [edge({ problems: [], to: { ...before.to, via: through } })])).to.equal(cause);
    expect(since([again, never]).evidence.at(-1)).to.match(/^1 of them had been answered at first/);
  });
});
