import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Edge } from '../../../../lib/verdict/run.ts';
import { causesOf, isPod, mesh } from '../mesh.ts';

const idle = { idleMs: 12_300, endedAfterMs: null };
const forgotten = { outcome: 'timeout', problems: ['forgotten'], answered: 0, responderSees: null } as const;

/** Over each way two flows that were idle: over the second the responder speaks first. */
function heldIn({
  isLost,
  through,
}: {
  isLost: (edge: Edge, first: 'dialler' | 'responder') => boolean;
  through?: true;
}): Edge[] {
  const edges = mesh({ nodes: 3 }, () => null).filter(({ to }) => through === undefined || to.probe !== 'node');
  const all = edges.map((edge): Edge => (through === undefined ? edge : { ...edge, to: { ...edge.to, via } }));
  return all.flatMap((edge, n): Edge[] => [
    {
      ...edge,
      id: `d${n}`,
      held: idle,
      ...(isLost(edge, 'dialler') ? { ...forgotten, problems: ['forgotten'], lostLeg: 'request' } : {}),
    },
    {
      ...edge,
      id: `r${n}`,
      held: { ...idle, heard: true },
      ...(isLost(edge, 'responder')
        ? { ...forgotten, problems: ['forgotten'], lostLeg: 'reply', held: { ...idle, heard: false } }
        : {}),
    },
  ]);
}

const via = { service: 'one', kind: 'ClusterIP', node: null } as const;

describe('connections that were idle', () => {
  for (const [outcome, words] of [
    ['reset', 'reset'],
    ['timeout', 'dropped in silence'],
  ] as const)
    it(`that are forgotten are told with what became of them: ${words}`, () => {
      const [cause, ...others] = causesOf(
        heldIn({ isLost: ({ to, protocol }) => protocol === 'TCP' && isPod(to, 'node-2') }).map((edge) =>
          edge.problems.includes('forgotten') && edge.held?.heard === undefined ? { ...edge, outcome } : edge,
        ),
      );
      expect(others).to.deep.equal([]);
      expect(cause?.likelyCause).to.match(
        new RegExp(`^idle connections of .* are forgotten within 13 s, and what comes then is ${words}: `),
      );
    });

  it('of which only what the responder sends first is lost are told as that, with the direction', () => {
    const [cause, ...others] = causesOf(
      heldIn({
        isLost: ({ from, to, protocol }, first) =>
          first === 'responder' && protocol === 'TCP' && isPod(to, 'node-2') && from.node !== 'node-2',
      }),
    );
    expect(others).to.deep.equal([]);
    expect(cause?.likelyCause).to.match(
      /^data that the server sends first over connections that were idle for 12 s is lost \(.*node-2 .*over TCP\); what the client sends first arrives: a forgotten connection-tracking entry .* on one of the two nodes/,
    );
    expect(cause?.lookWith).to.match(/^kubectl debug node\/node-2 /);
  });

  it('of which that is lost through Services are looked for on the node of who dials', () => {
    const [cause, ...others] = causesOf(
      heldIn({
        through: true,
        isLost: ({ from, protocol }, first) => first === 'responder' && protocol === 'TCP' && isPod(from, 'node-1'),
      }),
    );
    expect(others).to.deep.equal([]);
    expect(cause?.likelyCause).to.match(/ through ClusterIPs .*: a forgotten connection-tracking entry on node-1, /);
    expect(cause?.lookWith).to.match(/^kubectl debug node\/node-1 /);
  });

  describe('of which that is lost from pods whose packets are translated', () => {
    const isTranslated = ({ from, to }: Pick<Edge, 'from' | 'to'>): boolean =>
      isPod(from, 'node-2') && to.node !== 'node-2' && to.probe !== 'node';
    const lost = heldIn({
      isLost: ({ from, to, protocol }, first) =>
        first === 'responder' && protocol === 'UDP' && isTranslated({ from: to, to: from }),
    }).filter((edge) => !isTranslated(edge));

    /** Their packets come from this end; `isHit`: which of them. */
    const translated = (
      end: { address?: string; port?: number },
      { problem, isHit = () => true }: { problem: Edge['problems'][number]; isHit?: (edge: Edge) => boolean },
    ): Edge[] =>
      mesh({ nodes: 3 }, (edge) => {
        const { responderSees } = edge;
        if (responderSees === null || !isTranslated(edge) || !isHit(edge)) return null;
        return { problems: [problem], responderSees: { ...responderSees, peer: { ...responderSees.peer, ...end } } };
      });

    it('that is one cause with the masquerade', () => {
      const edges = translated({ address: '198.18.2.1' }, { problem: 'source address translated' });
      const [cause, ...others] = causesOf([...edges, ...lost]);
      expect(others).to.deep.equal([]);
      expect(cause?.likelyCause).to.match(
        /^source addresses of pod-to-pod traffic out of node-2 are translated .* by node-2 \(to 198\.18\.2\.1\)$/,
      );
      expect(cause?.evidence.join('\n')).to.match(
        / over UDP is lost where the responder speaks first over a flow that was idle/,
      );
    });

    it('or with whatever changes their ports alone, which is told as without it', () => {
      const edges = translated({ port: 1_024 }, { problem: 'source port translated' });
      const [[alone], [cause, ...others]] = [causesOf(edges), causesOf([...edges, ...lost])];
      expect(others).to.deep.equal([]);
      expect(alone?.likelyCause).to.match(/ and keeps the address$/);
      expect(cause?.likelyCause).to.equal(alone?.likelyCause);
    });

    it('but not where some of their flows are spared: that does not explain why none arrives', () => {
      const isHit = ({ to }: Edge): boolean => to.probe === 'pod-a';
      const about = { problem: 'source address translated', isHit } as const;
      const causes = causesOf([...translated({ address: '198.18.2.1' }, about), ...lost]);
      expect(causes.map(({ likelyCause }) => likelyCause.split(' ', 1)[0])).to.have.members(['source', 'data']);
    });
  });

  it('of which that is lost to ports which a filter closes have that cause: it is a new flow to the port of who dialled', () => {
    const isInto = (from: Edge['from'], to: Edge['to']): boolean => isPod(to, 'node-1') && from.node !== 'node-1';
    const filtered = mesh({ nodes: 3, ports: [80, 30_000, 45_000, 60_000] }, ({ from, to, port }) =>
      isInto(from, to) && port > 40_000
        ? { outcome: 'timeout', problems: ['timeout'], answered: 0, lostLeg: 'unknown', responderSees: null }
        : null,
    );
    const lost = heldIn({
      isLost: ({ from, to, protocol }, first) =>
        first === 'responder' && protocol === 'UDP' && isPod(to) && isInto(to, from),
    });
    const [cause, ...others] = causesOf([...filtered, ...lost]);
    expect(others).to.deep.equal([]);
    expect(cause?.likelyCause).to.match(/^a packet filter on node-1 drops .* on ports 45000-60000$/);
    expect(cause?.evidence.join('\n')).to.match(/ is lost where the responder speaks first over a flow that was idle/);
  });

  it('are forgotten by one cause where nothing comes through, whoever speaks first', () => {
    const isLost = ({ from, to, protocol }: Edge): boolean =>
      protocol === 'TCP' && from.node !== to.node && (isPod(to, 'node-2') || isPod(from, 'node-2'));
    const [cause, ...others] = causesOf(heldIn({ isLost }));
    expect(others).to.deep.equal([]);
    expect(cause?.likelyCause).to.match(/^idle connections of .*node-2 .*over TCP are forgotten within 13 s/);
  });
});
