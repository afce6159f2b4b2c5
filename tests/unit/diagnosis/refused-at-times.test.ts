/** Connections that are refused now and then: which dials are struck is chance, and must not make several causes of one. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { seededRandom } from '../../../lib/statistics/random.ts';
import type { Edge } from '../../../lib/verdict/run.ts';
import { causesOf, isPod, mesh, type Fault } from './mesh.ts';

const ports = [22, 80, 443, 1_024, 8_080, 20_000, 40_000, 61_000];

/** One dial in thirty from other nodes' pods to those of these nodes. */
function refusing(seed: number, at: readonly string[]): Fault {
  const random = seededRandom(seed);
  return ({ from, to, protocol }) => {
    const isMeant = protocol === 'TCP' && isPod(from) && isPod(to) && from.node !== to.node && at.includes(to.node);
    if (!isMeant || random.uniform() > 1 / 30) return null;
    return { outcome: 'refused', problems: ['refused'], attempts: 29, answered: 27 };
  };
}

/** The same pods through Services of one pod each. */
function through(fault: Fault): Edge[] {
  return mesh({ nodes: 3 }, () => null)
    .filter(({ to }) => isPod(to))
    .map((edge) => {
      const via = { service: `${edge.to.probe}-of-${edge.to.node}`, kind: 'ClusterIP', node: null } as const;
      const dialled: Edge = { ...edge, id: `${edge.id} through`, to: { ...edge.to, via } };
      return { ...dialled, ...fault(dialled) };
    });
}

describe('connections that are refused at times', () => {
  it('into one node are one cause that names it, whichever are struck', () => {
    let struck = 0;
    for (let seed = 1; seed <= 30; seed += 1) {
      const fault = refusing(seed, ['node-2']);
      const edges = [...mesh({ nodes: 3, ports }, fault), ...through(fault)];
      const causes = causesOf(edges.map((edge, n) => ({ ...edge, id: `id-${n}` })));
      if (causes.length === 0) continue;
      struck += 1;
      expect(
        causes.map(({ likelyCause }) => likelyCause),
        `seed ${seed}`,
      ).to.have.length(1);
      expect(causes[0]?.likelyCause, `seed ${seed}`).to.match(
        /^something on the path, or the receiving node, rejects .*node-2.* at times/,
      );
    }
    expect(struck).to.be.above(20);
  });

  it('are so whatever stands with those that were asked again', () => {
    let struckTwice = 0;
    for (let seed = 1; seed <= 10; seed += 1) {
      const edges = mesh({ nodes: 3, ports }, refusing(seed, ['node-2']));
      const [standing, ...asked] = edges.filter(({ outcome }) => outcome === 'refused');
      if (asked.length === 0) continue;
      struckTwice += 1;
      const all = edges.map((edge) =>
        edge === standing ? { ...edge, attempts: 1, answered: 0, standsWith: asked.length } : edge,
      );
      const causes = causesOf(all).map(({ likelyCause }) => likelyCause);
      expect(causes, `seed ${seed}`).to.have.length(1);
      expect(causes[0], `seed ${seed}`).to.match(/node-2.* at times/);
    }
    expect(struckTwice).to.be.above(5);
  });
});
