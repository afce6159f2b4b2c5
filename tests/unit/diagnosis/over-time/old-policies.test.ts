/** Policies that are gone and stay in force: what they still deny later in the run is part of that cause. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { diagnose } from '../../../../lib/diagnosis/diagnose.ts';
import type { ClauseResult, Edge } from '../../../../lib/verdict/run.ts';
import { clause } from '../../report/sample-runs.ts';
import { drops, isPod, mesh, type Fault } from '../mesh.ts';

const goneMs = 60_000;
const isStuck = ({ node, probe }: { node: string; probe: string }): boolean => node === 'node-3' && probe === 'pod-a';
/** A policy for egress of one pod stays in force. */
const stuck = drops(({ from, answer }) => isStuck(from) && !answer);

const dialled = (fault: Fault, dialledMs: number, over: Partial<Edge> = {}): Edge[] =>
  mesh({ nodes: 3 }, fault).map((edge, n) => ({ ...edge, ...over, id: `${dialledMs}-${n}`, dialledMs: dialledMs + n }));

const broken = (edges: Edge[]): Edge[] => edges.filter(({ problems }) => problems.length > 0);

const lifts = clause({
  id: 'policy/lifts',
  verdict: 'fail',
  likelyCause: 'rules stay in force on node-3',
  evidence: ['24 dials'],
  edges: broken(dialled(stuck, goneMs, { policies: [] })).filter(({ to }) => isPod(to)),
});
const held = (edges: Edge[]): ClauseResult =>
  clause({ id: 'protocols/held-connections', verdict: 'fail', likelyCause: null, evidence: [], edges });

function found(results: ClauseResult[]): {
  clauses: ClauseResult[];
  causes: { likelyCause: string; clauses: string[] }[];
} {
  return diagnose(results, { sound: dialled(() => null, 4_000), around: { nodeOfAddress: () => null } });
}

describe('policies that are gone and stay in force', () => {
  it('are the cause of what the same pods can’t send later, to nodes as well, and of idle flows that are forgotten under them', () => {
    const later = broken(dialled(stuck, goneMs + 5_000));
    const sample = later.find(({ to, protocol }) => isPod(to, 'node-1') && protocol === 'UDP');
    if (sample === undefined) throw new Error('none of the mesh');
    const idle: Edge = {
      ...sample,
      id: 'idle',
      from: sample.to,
      to: sample.from,
      problems: ['forgotten'],
      held: { idleMs: 60_000, endedAfterMs: null, heard: false },
    };
    const { causes, clauses } = found([lifts, held([...later, idle])]);
    expect(causes).to.have.length(1);
    expect(causes[0]).to.deep.include({
      likelyCause: 'rules stay in force on node-3',
      clauses: ['policy/lifts', 'protocols/held-connections'],
      evidence: [
        '24 dials',
        `${later.length + 1} later dials of the same pods, or flows that had been idle, failed, too`,
      ],
    });
    expect(clauses[1]?.likelyCause).to.equal('rules stay in force on node-3');
  });

  it('are not the cause of what failed before, or of what others can’t send', () => {
    const before = broken(dialled(stuck, 5_000));
    expect(found([lifts, held(before)]).causes).to.have.length(2);
    const others = broken(
      dialled(
        drops(({ from, answer }) => isPod(from, 'node-1') && !answer),
        goneMs + 5_000,
      ),
    );
    expect(found([lifts, held(others)]).causes).to.have.length(2);
  });

  it('take nothing away where nobody tells of them', () => {
    const later = broken(dialled(stuck, goneMs + 5_000));
    expect(found([{ ...lifts, likelyCause: null }, held(later)]).causes).to.have.length(1);
  });
});
