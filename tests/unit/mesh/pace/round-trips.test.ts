import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { destinationOf, throughService } from '../../../../lib/mesh/destination.ts';
import type { PlannedDial } from '../../../../lib/mesh/dialled.ts';
import { RoundTrips } from '../../../../lib/mesh/pace/round-trips.ts';
import { makeWorld } from '../world.ts';

const { pods } = makeWorld({ nodes: 3 });
const on = (node: string) => pods.find((pod) => pod.node === node)!;
type Seen = Pick<DialRecord, 'connectMs' | 'firstAnswerMs' | 'lostSyns' | 'held'>;
const connected = (ms: number, over: Partial<Seen> = {}): Seen => ({
  connectMs: ms,
  firstAnswerMs: 2 * ms,
  lostSyns: 0,
  ...over,
});
const answered = (ms: number): Seen => ({ connectMs: null, firstAnswerMs: ms, lostSyns: 0 });

type Kind = Partial<Pick<PlannedDial, 'protocol' | 'size' | 'to'>>;

interface Noted {
  from?: string;
  to?: string;
  kind?: Kind;
  seen: Seen;
}

function noted(all: Noted[]): RoundTrips {
  const trips = new RoundTrips();
  for (const { from = 'node-1', to = 'node-2', kind = {}, seen } of all)
    trips.note({ from: on(from), to: destinationOf(on(to)), protocol: 'TCP', ...kind }, seen);
  return trips;
}

const four = <T>(one: T): T[] => Array.from({ length: 4 }, () => one);

describe('round trips', () => {
  it('are those of the two nodes that are farthest apart, in either direction and over either protocol', () => {
    const { longestMs } = noted([
      ...[1, 1, 2, 1].map((ms) => ({ seen: connected(ms) })),
      ...[200, 210].map((ms) => ({ to: 'node-3', seen: connected(ms) })),
      ...[205, 215].map((ms) => ({
        from: 'node-3',
        to: 'node-1',
        kind: { protocol: 'UDP' } as const,
        seen: answered(ms),
      })),
    ]);
    expect(longestMs).to.equal(200);
  });

  it('are not known of a few answers', () => {
    expect(noted([]).longestMs).to.equal(0);
    expect(noted([200, 200, 200].map((ms) => ({ seen: connected(ms) }))).longestMs).to.equal(0);
  });

  it('are not longer for what a fault or the own load adds to half of them', () => {
    const seen = [2, 2, 3, 3, 700, 800, 900, 940].map((ms) => ({ seen: connected(ms) }));
    expect(noted(seen).longestMs).to.be.below(4);
  });

  it('are not read off SYNs that were sent again, long streams, flows that were open, one node, nor Services', () => {
    const size = { bytes: 262_144, fragmented: false, mtu: 1_500, pathMtu: null };
    const via = { service: 'one', kind: 'ClusterIP', node: null } as const;
    const service = throughService(via, { addresses: {}, ports: {}, backends: [on('node-2')] });
    const { longestMs } = noted([
      ...four({ seen: connected(1_010, { lostSyns: 1 }) }),
      ...four({ kind: { protocol: 'TCP', size }, seen: connected(300) } as const),
      ...four({ seen: connected(0, { held: { idleMs: 1, endedAfterMs: null } }) }),
      ...four({ to: 'node-1', seen: connected(300) }),
      ...four({ kind: { protocol: 'TCP', to: service }, seen: connected(300) } as const),
      ...four({ to: 'node-3', seen: { connectMs: null, firstAnswerMs: null, lostSyns: 0 } }),
    ]);
    expect(longestMs).to.equal(0);
  });

  it('are how long a connection takes to open: by the port of a node that passes it on, as long as both ways', () => {
    const trips = noted([
      ...four({ seen: connected(600) }),
      ...four({ from: 'node-2', to: 'node-3', seen: connected(500) }),
      ...four({ to: 'node-3', seen: connected(5) }),
    ]);
    const by = (kind: 'ClusterIP' | 'NodePort', node: string | null, backends: string[]) =>
      throughService({ service: 'one', kind, node }, { addresses: {}, ports: {}, backends: backends.map(on) });
    const from = on('node-1');
    for (const [to, ms] of [
      [destinationOf(on('node-2')), 600],
      [destinationOf(on('node-3')), 5],
      [by('ClusterIP', null, ['node-3']), 5],
      [by('ClusterIP', null, ['node-1', 'node-2', 'node-3']), 600],
      [by('NodePort', 'node-2', ['node-3']), 1_100],
      [by('NodePort', 'node-2', ['node-2']), 600],
      [by('NodePort', 'node-1', ['node-2']), 600],
    ] as const)
      expect(trips.handshakeMs({ from, to }), to.name).to.equal(ms);
  });

  it('follow a network that changes', () => {
    const seen = [...Array.from({ length: 40 }, () => 1), ...Array.from({ length: 32 }, () => 300)];
    expect(noted(seen.map((ms) => ({ seen: connected(ms) }))).longestMs).to.equal(300);
  });
});
