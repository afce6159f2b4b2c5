/** What strikes one flow in eight is one cause, on the node that all of them leave, whichever flows it strikes. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { portSpread } from '../../../lib/facts/port-spread.ts';
import { isLossy } from '../../../lib/mesh/loss.ts';
import { seededRandom } from '../../../lib/statistics/random.ts';
import type { Edge } from '../../../lib/verdict/run.ts';
import { both, causesOf, isPod, mesh, type Fault } from './mesh.ts';

const share = 1 / 8;
const seeds = Array.from({ length: 20 }, (_, n) => n + 1);
const leaving = ({ from, to }: Edge): boolean => isPod(from, 'node-1') && isPod(to) && to.node !== 'node-1';

function masquerade(seed: number): Fault {
  const random = seededRandom(seed);
  return (edge) =>
    leaving(edge) && random.uniform() < share
      ? {
          problems: ['source address translated'],
          responderSees: edge.responderSees && {
            ...edge.responderSees,
            peer: { address: '198.18.1.1', port: 50_000 },
          },
        }
      : null;
}

/** As the exchange judges it: the flow that failed fails again, and of 19 others (TCP), or 9 sockets with 20 datagrams each (UDP), one in eight. */
function pathDead(
  seed: number,
  { share: dead = share, is = leaving }: { share?: number; is?: (edge: Edge) => boolean } = {},
): Fault {
  const random = seededRandom(seed);
  return (edge) => {
    if (!is(edge) || random.uniform() >= dead) return null;
    const [flows, packets, sent] = edge.protocol === 'TCP' ? [20, 1, 3] : [10, 20, 20];
    const deadFlows = 1 + Array.from({ length: flows - 1 }, () => random.uniform()).filter((one) => one < dead).length;
    const answered = (flows - deadFlows) * packets;
    const attempts = answered + deadFlows * sent;
    const first = { outcome: 'timeout', attempts: sent, answered: 0, deadFlows: 0 } as const;
    const rounds = [first, { outcome: 'delivered', attempts, answered, deadFlows }] as Edge['rounds'];
    const counts = { attempts: attempts + sent, answered, rounds };
    return isLossy({ sent: attempts, answered })
      ? {
          ...counts,
          problems: ['loss'],
          lostLeg: edge.protocol === 'TCP' ? 'unknown' : edge.to.node === 'node-1' ? 'reply' : 'request',
        }
      : counts;
  };
}

describe('one flow in eight', () => {
  for (const families of [['IPv4'], ['IPv4', 'IPv6']] as const)
    it(`that is masqueraded is one cause, of ${families.join(' and ')}`, () => {
      for (const seed of seeds) {
        const edges = mesh({ nodes: 3, families: [...families] }, masquerade(seed));
        // Of one or two nobody can tell that they are a share of anything.
        if (edges.filter(({ problems }) => problems.length > 0).length < 3) continue;
        const causes = causesOf(edges);
        expect(causes, `seed ${seed}`).to.have.length(1);
        expect(causes[0]?.likelyCause).to.match(/^source addresses of .*node-1.* by node-1 .*, not of every flow/);
        expect(causes[0]?.evidence[0]).to.match(/ at times/);
      }
    });

  it('that is lost through one Service with several pods is a pod of that Service, or what is taken for one', () => {
    const through = (edge: Edge, n: number): Edge => ({
      ...edge,
      id: `${edge.id} through`,
      // Who gets a dial that is lost nobody knows.
      to: {
        ...edge.to,
        ...(edge.problems.includes('timeout') ? { node: 'the Service many', probe: '' } : {}),
        address: '10.96.0.9',
        via: { service: 'many', kind: 'ClusterIP', node: null },
      },
      port: 8_080 + (n % 10),
    });
    const pods = mesh({ nodes: 3 }, () => null);
    const toPods = pods.filter(({ to }) => isPod(to));
    for (const seed of seeds.slice(0, 8)) {
      const some = pathDead(seed, { share: 1 / 4, is: () => true });
      const whole: Partial<Edge> = {
        outcome: 'timeout',
        problems: ['timeout'],
        answered: 0,
        responderSees: null,
        lostLeg: 'request',
      };
      const edges = toPods.map((edge, n) =>
        through({ ...edge, ...some(edge), ...(edge.from.node === 'node-2' && n % 40 === 0 ? whole : {}) }, n),
      );
      const others = toPods.map((edge, n): Edge => {
        const one = through(edge, n);
        return { ...one, to: { ...one.to, address: '10.96.0.8', via: { ...one.to.via!, service: 'one' } } };
      });
      const causes = causesOf([...pods, ...others, ...edges]);
      expect(causes, `seed ${seed}`).to.have.length(1);
      expect(causes[0]?.likelyCause).to.match(/^one of the pods behind the Service many is not reached .* 2\d % of/);
    }
  });

  it('that is lost by its source port is a dead path out of that node, and neither loss nor a slow connect', () => {
    for (const seed of seeds) {
      const causes = causesOf(mesh({ nodes: 3, ports: [...portSpread] }, pathDead(seed)));
      expect(causes, `seed ${seed}`).to.have.length(1);
      expect(causes[0]?.evidence.map((one) => one.replace(/ loses packets.*/, ''))).to.deep.equal([
        'pod-to-pod traffic out of node-1 over UDP',
        'pod-to-pod traffic out of node-1 over TCP',
      ]);
      expect(causes[0]?.likelyCause).to.match(
        /^one of several paths of pod-to-pod traffic out of node-1 is dead.* \d+ % /,
      );
    }
  });

  it('is one path as well where answers take it, of which nobody knows over TCP', () => {
    const crossing = ({ from, to }: Edge): boolean =>
      isPod(from) && isPod(to) && (from.node === 'node-1') !== (to.node === 'node-1');
    for (const seed of seeds.slice(0, 5)) {
      const causes = causesOf(mesh({ nodes: 3, ports: [...portSpread] }, pathDead(seed, { is: crossing })));
      expect(causes, `seed ${seed}`).to.have.length(1);
      expect(causes[0]?.likelyCause).to.match(/^one of several paths of pod-to-pod traffic out of node-1 is dead/);
      expect(causes[0]?.evidence[1]).to.match(/^pod-to-pod traffic into and out of node-1 over TCP loses/);
    }
  });

  it('stays two paths where the protocols lose different shares, or at different nodes', () => {
    const over =
      (protocol: Edge['protocol'], fault: Fault): Fault =>
      (edge) =>
        edge.protocol === protocol ? fault(edge) : null;
    const outOf3 = ({ from, to }: Edge): boolean => isPod(from, 'node-3') && isPod(to) && to.node !== 'node-3';
    for (const seed of seeds.slice(0, 5))
      for (const other of [{ share: 1 / 2 }, { is: outOf3 }]) {
        const fault = both(over('UDP', pathDead(seed)), over('TCP', pathDead(seed, other)));
        const causes = causesOf(mesh({ nodes: 3, ports: [...portSpread] }, fault));
        expect(causes, `seed ${seed}`).to.have.length(2);
      }
  });

  it('is told where a first round was spoilt, and where many were opened at once besides', () => {
    for (const seed of seeds) {
      const dead = pathDead(seed);
      const faulty: Fault = (edge) => {
        const hit = dead(edge);
        const [first, again] = hit?.rounds ?? [];
        if (edge.protocol === 'UDP' || first === undefined || again === undefined) return null;
        const spoilt = { outcome: 'inconclusive', attempts: 0, answered: 0, deadFlows: 0 } as const;
        const many = { outcome: 'delivered', attempts: 38, answered: 30, deadFlows: 4 } as const;
        const rounds = edge.port % 2 === 0 ? [spoilt, again] : edge.port % 5 === 0 ? [many, again] : [first, again];
        return { ...hit, rounds, problems: ['loss'] };
      };
      const causes = causesOf(mesh({ nodes: 3, ports: [...portSpread] }, faulty));
      expect(causes, `seed ${seed}`).to.have.length(1);
      expect(causes[0]?.likelyCause).to.match(/^one of several paths of .* is dead/);
    }
  });

  it('is not told where no further flow was dead, or of streams that are slow for their size', () => {
    const first = { outcome: 'timeout', attempts: 2, answered: 0, deadFlows: 0 } as const;
    const again = (deadFlows: number) => ({ outcome: 'delivered', attempts: 24, answered: 20, deadFlows }) as const;
    const likely = (of: Partial<Edge>): string[] => {
      const faulty: Fault = (edge) =>
        leaving(edge) && edge.protocol === 'TCP' ? { problems: ['loss'], attempts: 26, answered: 20, ...of } : null;
      return causesOf(mesh({ nodes: 3 }, faulty)).map(({ likelyCause }) => likelyCause);
    };
    const size = { bytes: 262_144, fragmented: false, mtu: 1_500, pathMtu: 1_500 };
    expect(likely({ rounds: [first, again(3)] })[0]).to.match(/one of several paths/);
    for (const none of [likely({ rounds: [first, again(1)] }), likely({ rounds: [first, again(3)], size })])
      expect(none.join()).not.to.match(/is dead/);
  });

  it('is no second cause where it struck the one port that was chosen, and spared the dial from others', () => {
    for (const seed of seeds) {
      const dead = pathDead(seed);
      const fromItsPort: Fault = (edge) => {
        const hit = dead(edge);
        return hit?.rounds?.[1]?.deadFlows === 1 ? { ...hit, problems: ['timeout'], outcome: 'timeout' } : hit;
      };
      expect(causesOf(mesh({ nodes: 3, ports: [...portSpread] }, fromItsPort)), `seed ${seed}`).to.have.length(1);
    }
  });
});

describe('a first SYN that is always lost', () => {
  it('takes every connection into that node a second, and no other', () => {
    const slow: Fault = ({ from, to, protocol }) =>
      isPod(to, 'node-2') && from.node !== 'node-2' && protocol === 'TCP'
        ? { problems: ['loss'], attempts: 42, answered: 21, lostLeg: 'unknown' }
        : null;
    const causes = causesOf(mesh({ nodes: 3, ports: [...portSpread] }, slow));
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(/^the first SYN of all traffic to pods into node-2 over TCP is dropped/);
  });
});
