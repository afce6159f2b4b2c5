/** What holds for any set of failing edges, not only for the faults that somebody thought of. */
import { expect } from 'chai';
import { array, assert, constantFrom, nat, property, tuple } from 'fast-check';
import { describe, it } from 'mocha';
import { diagnose } from '../../../../lib/diagnosis/diagnose.ts';
import { fold } from '../../../../lib/diagnosis/folding/fold.ts';
import { observe } from '../../../../lib/diagnosis/folding/observations.ts';
import { matches } from '../../../../lib/diagnosis/folding/pattern.ts';
import type { Edge, EdgeProblem } from '../../../../lib/verdict/run.ts';
import { clause } from '../../report/sample-runs.ts';
import { drops, isPod, mesh } from '../mesh.ts';

const problems: EdgeProblem[] = ['timeout', 'refused', 'corrupted', 'source address translated', 'wrong responder'];
const template = mesh({ nodes: 3, families: ['IPv4', 'IPv6'] }, () => null);

type Hit = [n: number, problem: EdgeProblem];
const hits = array(tuple(nat(template.length - 1), constantFrom(...problems)), { minLength: 1, maxLength: 60 });

/** Some edges of a mesh fail, each in a way of its own. */
function broken(some: Hit[]): Edge[] {
  const bad = new Map(some);
  return template.map((edge, n): Edge => {
    const problem = bad.get(n);
    if (problem === undefined) return edge;
    const isDelivered = problem.endsWith('translated');
    return { ...edge, problems: [problem], outcome: isDelivered ? 'delivered' : (problem as Edge['outcome']) };
  });
}

const split = (edges: Edge[]): { bad: Edge[]; sound: Edge[] } => ({
  bad: edges.filter((edge) => edge.problems.length > 0),
  sound: edges.filter((edge) => edge.problems.length === 0),
});

describe('folds', () => {
  it('account for every failing edge once, explained or counted', () => {
    assert(
      property(hits, (some) => {
        const { bad, sound } = split(broken(some));
        const { folds, rest } = fold(bad, sound);
        const named = [...folds.flatMap(({ edges, besides }) => [...edges, ...besides]), ...rest];
        expect(named).to.have.length(bad.length);
        expect(new Set(named).symmetricDifference(new Set(bad)).size).to.equal(0);
      }),
      { numRuns: 30 },
    );
  });

  it('explain at least one dial each, also where others of the same legs are sound', () => {
    assert(
      property(hits, (some) => {
        const { bad, sound } = split(broken(some));
        const { folds } = fold(bad, [...sound, ...template]);
        expect(folds.filter(({ edges }) => edges.length === 0)).to.deep.equal([]);
      }),
      { numRuns: 30 },
    );
  });

  it('claim no leg of a sound edge, unless they say "at times"', () => {
    assert(
      property(hits, (some) => {
        const { bad, sound } = split(broken(some));
        const clean = sound.flatMap((edge) => observe(edge)?.sound.slice(0, 1) ?? []);
        for (const { pattern, partly } of fold(bad, sound).folds)
          if (!partly) expect(clean.filter((leg) => matches(pattern, leg))).to.deep.equal([]);
      }),
      { numRuns: 30 },
    );
  });

  it('say "at times" where the same dial works and fails', () => {
    const [edge] = template;
    if (edge === undefined) throw new Error('no edge');
    const bad: Edge = { ...edge, outcome: 'timeout', problems: ['timeout'], answered: 0 };
    const { folds } = fold([bad], [edge]);
    expect(folds.map(({ partly }) => partly)).to.deep.equal([true]);
    const { causes } = diagnose([clause({ verdict: 'fail', edges: [bad], evidence: [] })], {
      sound: [edge],
      around: { nodeOfAddress: () => null },
    });
    expect(causes[0]?.evidence).to.deep.equal([
      'all traffic from node-1 to node-1 over TCP and IPv4 is lost at times (1 dial)',
    ]);
    expect(causes[0]?.likelyCause).to.match(/something intermittent/);
  });

  it('pass over inconclusive edges: they say nothing about the network', () => {
    const edges = template.map((edge): Edge => ({ ...edge, outcome: 'inconclusive', problems: ['inconclusive'] }));
    expect(fold(edges, [])).to.deep.equal({ folds: [], rest: [] });
  });

  it('are found among 300 probes', () => {
    const edges = mesh(
      { nodes: 100 },
      drops(({ from, to }) => from.node !== to.node && (isPod(from, 'node-42') || isPod(to, 'node-42'))),
    );
    const { bad, sound } = split(edges);
    const { folds, rest } = fold(bad, sound);
    expect(folds.map(({ pattern }) => pattern)).to.deep.equal([
      {
        place: { kind: 'pods of', node: 'node-42' },
        roles: 'any',
        protocol: null,
        family: null,
        ports: null,
        way: null,
        via: null,
      },
    ]);
    expect(rest).to.deep.equal([]);
  });

  it('beyond the sixth are counted, and their first dials named', () => {
    const pairs = new Set(['1 2', '3 4', '5 6', '7 8', '9 10', '11 12', '13 14', '15 16', '17 18']);
    const number = (node: string): string => node.replace('node-', '');
    const edges = mesh(
      { nodes: 18 },
      drops(({ from, to }) => pairs.has(`${number(from.node)} ${number(to.node)}`) && isPod(from) && isPod(to)),
    );
    const { bad, sound } = split(edges);
    const { causes } = diagnose([clause({ verdict: 'fail', edges: bad, evidence: [] })], {
      sound,
      around: { nodeOfAddress: () => null },
    });
    expect(causes).to.have.length(7);
    expect(causes[6]?.likelyCause).to.match(/^no common cause was found for \d+ other dials$/);
    expect(causes[6]?.evidence[0]).to.match(
      /^node-\d+\/pod-a to node-\d+\/pod-a over TCP on port \d+: timeout; .* more dials$/,
    );
  });
});
