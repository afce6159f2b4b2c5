/** A table that fills up in mid-run: from when on new flows fail, and whether those that were open go on. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Edge } from '../../../../lib/verdict/run.ts';
import { causesOf, drops, isPod, mesh, type Fault } from '../mesh.ts';

const full = drops(({ from, to }) => from.node !== to.node && (isPod(from, 'node-2') || isPod(to, 'node-2')));
const none: Fault = () => null;

let ids = 0;
/** The whole mesh, dialled at that time, so many dials at one moment and the next a moment later. */
function dialledAt(seconds: number, fault: Fault): Edge[] {
  return mesh({ nodes: 3 }, fault).map((edge, n) => ({
    ...edge,
    id: `id-${++ids}`,
    dialledMs: seconds * 1_000 + 25 * Math.floor(n / 4),
  }));
}

const held = { idleMs: 20_000, endedAfterMs: null };
const crosses = (edge: Edge): boolean => full(edge) !== null;

/** Room for the first forty flows that cross. */
function filling(seconds: number): Edge[] {
  let left = 40;
  return dialledAt(seconds, (edge) => (!crosses(edge) || left-- > 0 ? null : full(edge)));
}

const only = (edges: Edge[]) => {
  const [cause, ...more] = causesOf(edges);
  expect(more).to.deep.equal([]);
  return cause ?? { likelyCause: '', evidence: [] };
};

describe('new flows that fail from some moment on', () => {
  it('are one cause, though one connection of many got in now and then', () => {
    const few: Edge[] = dialledAt(60, full)
      .filter((edge) => crosses(edge) && edge.protocol === 'TCP')
      .slice(0, 1)
      .map((edge) => ({
        ...edge,
        outcome: 'delivered',
        problems: ['loss'],
        attempts: 119,
        answered: 1,
        recheck: true,
      }));
    only([...dialledAt(4, none), ...filling(9), ...dialledAt(15, full), ...few]);
  });

  it('are told with that moment, and with the flows that went on', () => {
    const open = dialledAt(30, none).filter(crosses).slice(0, 12);
    const spoken = open.map((edge) => ({ ...edge, held }));
    const { likelyCause, evidence } = only([...dialledAt(4, none), ...filling(9), ...dialledAt(15, full), ...spoken]);
    expect(likelyCause).to.match(
      /^new flows of all traffic between the pods of node-2 and other nodes fail from second 9 of the run on, and those that were open before go on: a full table/,
    );
    expect(evidence).to.include(
      'new flows fail from second 9 of the run on; 12 that were open before were answered at the end',
    );
  });

  it('are one cause where the table is that of what a node’s own pods exchange, too: of all that it forwards', () => {
    const within = drops(({ from, to }) => from.node === to.node && isPod(from, 'node-2') && isPod(to, 'node-2'));
    const either: Fault = (edge) => full(edge) ?? within(edge);
    const flows = dialledAt(30, none).filter((edge) => either(edge) !== null);
    const spoken = flows.map((edge) => ({ ...edge, held }));
    const dialled = [6, 7, 8].flatMap((seconds) => dialledAt(seconds, none));
    const dead = [15, 16, 17, 18].flatMap((seconds) => dialledAt(seconds, either));
    const { likelyCause, evidence } = only([...dialled, ...dead, ...spoken]);
    expect(likelyCause).to.match(
      /^new flows of all traffic that node-2 forwards fail from second 15 of the run on, and/,
    );
    expect(evidence.filter((one) => / is lost/.test(one))).to.have.length(1);
  });

  it('are told with that moment alone where nothing was open', () => {
    const { likelyCause } = only([...dialledAt(4, none), ...dialledAt(15, full)]);
    expect(likelyCause).to.match(
      /node-2.*; it began in mid-run, from second 15 of the run on: a table that has filled up, a restart, or a change by an agent or a person$/,
    );
  });

  it('are none where all is dead from the beginning, or comes and goes', () => {
    const dead = [...dialledAt(4, full), ...dialledAt(15, full)];
    const atTimes = [...dialledAt(4, none), ...filling(9), ...dialledAt(15, full), ...dialledAt(20, none)];
    for (const edges of [dead, atTimes])
      for (const { likelyCause, evidence } of causesOf(edges))
        expect([likelyCause, ...evidence].join('\n')).not.to.match(/from second|go on/);
  });

  it('are none where what fails later was never dialled before', () => {
    const others = dialledAt(15, full).map((edge) => ({ ...edge, port: edge.port + 1_000 }));
    const told = causesOf([...dialledAt(4, none), ...others]).map(({ likelyCause }) => likelyCause);
    expect(told.join('\n')).not.to.match(/from second/);
  });

  it('are none where they failed as many at once, or from ports of their choice', () => {
    const attempts = { outcome: 'timeout' as const, attempts: 100, answered: 60, deadFlows: 40 };
    const burst = dialledAt(15, full).map((edge) => ({ ...edge, rounds: [attempts] }));
    const chosen = dialledAt(15, full).map((edge) => ({ ...edge, sourcePortChosen: true as const }));
    for (const later of [burst.filter(({ protocol }) => protocol === 'TCP'), chosen])
      for (const { likelyCause } of causesOf([...dialledAt(4, none), ...later]))
        expect(likelyCause).not.to.match(/from second|mid-run/);
  });

  it('are none where nobody knows when they were dialled', () => {
    const edges = [...dialledAt(4, none), ...dialledAt(15, full)];
    for (const edge of edges) delete edge.dialledMs;
    expect(
      causesOf(edges)
        .map(({ likelyCause }) => likelyCause)
        .join('\n'),
    ).not.to.match(/from second/);
  });
});
