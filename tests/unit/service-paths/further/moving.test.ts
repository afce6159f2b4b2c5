/** A Service whose pods change: who follows, who is stuck, and on what. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadClauses } from '../../../../lib/cli/suite.ts';
import type { PodsBehind, Probe } from '../../../../lib/cluster/model.ts';
import { endpointsFollowed } from '../../../../lib/facts/services/endpoints-followed.ts';
import { fixedSourcePort, movePods } from '../../../../lib/service-paths/further/moving.ts';
import type { Clause } from '../../../../lib/verdict/clause.ts';
import { createRun } from '../../../../lib/verdict/create-run.ts';
import { silence } from '../../mesh/make-believe-service.ts';
import { besidePolicy, makeSession, type Proxied } from '../make-believe-session.ts';

const first = 'pod-b-of-node-1';

/** Long enough for what follows, on a busy machine too. */
const patientMs = 3_000;

async function move(proxied?: Proxied, limitMs = 300): Promise<ReturnType<typeof endpointsFollowed>> {
  const { session } = makeSession(
    ({ service, ...about }) => (service.name === 'moving' ? proxied?.({ service, ...about }) : undefined),
    { knownAtOnce: true },
  );
  return endpointsFollowed(await movePods(session, { limitMs }));
}

describe('clients of a Service whose pods change', () => {
  it('follow, over UDP from one and the same port; and how soon is measured', async () => {
    const ports = new Set<number | undefined>();
    const { violations, seen, measurements } = await move(({ dial }) => {
      if (dial.protocol === 'UDP') ports.add(dial.preferredPort);
      return undefined;
    });
    expect(violations).to.deep.equal([]);
    expect(ports).to.deep.equal(new Set([fixedSourcePort]));
    expect(seen).to.match(
      /^8 ways to the Service moving: one pod took the place of another \(followed after .*\), none was left \(.*\), the first one was back \(.*\)$/,
    );
    expect(measurements?.map(({ name }) => name)).to.deep.equal([
      'services/replaced-after',
      'services/emptied-after',
      'services/filled-after',
    ]);
  });

  it('are named by their node where it stays with the old pod; the next change does not ask them', async () => {
    const { violations, measurements } = await move(({ from }) => (from === 'node-2' ? first : undefined));
    expect(violations).to.deep.equal([
      {
        kind: 'endpoints not followed',
        nodes: ['node-2'],
        evidence:
          'when one pod took the place of another, 4 ways from node-2 did not follow: node-2/pod-a over TCP and IPv4 was answered by node-1/pod-b-of-node-1',
      },
    ]);
    expect(measurements?.map(({ name }) => name)).to.deep.equal(['services/emptied-after', 'services/filled-after']);
  });

  it('that get no answer any more may suffer from something else, unless others go on to the old pod', async () => {
    const moved = async (old: Proxied): Promise<ReturnType<typeof endpointsFollowed>> => {
      let changes = 0;
      const { session } = makeSession(
        (about) => {
          if (about.service.name !== 'moving' || changes === 0) return undefined;
          return about.from === 'node-1' && about.dial.protocol === 'UDP' ? null : old(about);
        },
        { knownAtOnce: true },
      );
      const changePodsBehind = async (one: PodsBehind): Promise<void> => {
        changes += 1;
        await session.changePodsBehind(one);
      };
      return endpointsFollowed(await movePods({ ...session, changePodsBehind }, { limitMs: 300 }));
    };
    const { violations, unanswered } = await moved(() => undefined);
    expect(violations.map(({ kind }) => kind)).to.deep.equal(['endpoints not followed']);
    expect(unanswered).to.have.length(2);
    expect(unanswered?.[0]).to.deep.include({
      from: { node: 'node-1', probe: 'pod-a' },
      protocol: 'UDP',
      isSilent: true,
      to: ['node-2'],
    });
    const { unanswered: none } = await moved(({ from }) => (from === 'node-2' ? first : undefined));
    expect(none).to.equal(undefined);
  });

  /** How often this client has dialled over this protocol by now. */
  function callsOf(): (about: Parameters<Proxied>[0]) => number {
    const dialled = new Map<string, number>();
    return ({ client, dial }) => {
      const way = `${client.uid} ${dial.protocol}`;
      dialled.set(way, (dialled.get(way) ?? 0) + 1);
      return dialled.get(way)!;
    };
  }

  it('follow each for itself, on a network that leaves one of them without an answer each time', async () => {
    const nth = callsOf();
    const ways: string[] = [];
    const { violations, seen } = await move((about) => {
      const way = `${about.client.uid} ${about.dial.protocol}`;
      if (!ways.includes(way)) ways.push(way);
      const n = nth(about);
      return n > 1 && n % 4 === ways.indexOf(way) % 4 ? null : undefined;
    }, patientMs);
    expect(violations).to.deep.equal([]);
    expect(seen).to.match(/took the place of another \(followed after/);
  });

  it('have followed where one connection of three is refused, as it was before', async () => {
    const nth = callsOf();
    const { violations } = await move(
      (about) =>
        about.dial.protocol === 'TCP' && nth(about) % 3 === 0
          ? { outcome: 'refused', answered: 0, views: [] }
          : undefined,
      patientMs,
    );
    expect(violations).to.deep.equal([]);
  });

  it('have not followed where they are answered by the old pod now and then', async () => {
    const nth = callsOf();
    const { violations } = await move((about) =>
      about.from === 'node-2' && about.dial.protocol === 'TCP' && nth(about) % 3 === 0 ? first : undefined,
    );
    expect(violations.map(({ kind }) => kind)).to.deep.equal(['endpoints not followed']);
    expect(violations[0]?.evidence).to.match(/ways from node-2 did not follow: .* over TCP/);
  });

  /** All clients stand still for so long after the first change, with a limit of 300 ms. */
  async function standingStill(forMs: number, proxied: Proxied): Promise<ReturnType<typeof endpointsFollowed>> {
    let changedAt = -Infinity;
    const { session } = makeSession((about) => (about.service.name === 'moving' ? proxied(about) : undefined), {
      knownAtOnce: true,
      doubtful: () => (performance.now() < changedAt + forMs ? 'stood still' : null),
    });
    const changePodsBehind = async (change: PodsBehind): Promise<void> => {
      if (changedAt < 0) changedAt = performance.now();
      await session.changePodsBehind(change);
    };
    return endpointsFollowed(await movePods({ ...session, changePodsBehind }, { limitMs: 300 }));
  }

  it('are asked for as long again where they stood still when the time was over', async () => {
    const found = await standingStill(550, ({ from }) => (from === 'node-2' ? first : undefined));
    expect(found.violations.map(({ kind }) => kind)).to.deep.equal(['endpoints not followed']);
    expect(found.inconclusive).to.equal(null);
  });

  it('that stood still until the time was over, and had followed by then, prove neither', async () => {
    const found = await standingStill(500, () => undefined);
    expect(found.violations).to.deep.equal([]);
    expect(found.inconclusive).to.match(/^probes stood still until the time was over, and had followed after 0\.\d s$/);
  });

  it('are told apart from flows that are stuck by their port', async () => {
    const { violations } = await move(({ dial, from }) =>
      from === 'node-1' && dial.preferredPort === fixedSourcePort ? first : undefined,
    );
    expect(violations.map(({ kind }) => kind)).to.deep.equal(['flow stuck']);
    expect(violations[0]?.evidence).to.include('2 ways from node-1 did not follow');
  });

  it('must not wait where there is no pod', async () => {
    let changes = 0;
    const { session } = makeSession(
      ({ service, from }) => (service.name === 'moving' && changes === 2 && from === 'node-2' ? null : undefined),
      { knownAtOnce: true },
    );
    const { changePodsBehind } = session;
    const counting = async (change: PodsBehind): Promise<void> => {
      changes += 1;
      await changePodsBehind(change);
    };
    const { violations } = endpointsFollowed(
      await movePods({ ...session, changePodsBehind: counting }, { limitMs: 300 }),
    );
    expect(violations).to.deep.equal([
      {
        kind: 'hangs without endpoints',
        nodes: ['node-2'],
        evidence: 'when none was left, 4 ways from node-2 did not follow: node-2/pod-a over TCP and IPv4 got timeout',
      },
    ]);
  });

  describe('and whose ways to its pods die meanwhile', () => {
    /** From that change on the pods of node-2 reach no pod: neither through the Service nor at its own address. */
    async function cutOffAt(change: number, clauses: readonly Clause[]): Promise<ReturnType<typeof endpointsFollowed>> {
      let changes = 0;
      const isCutOff = (from: Probe): boolean => changes >= change && from.node === 'node-2' && from.kind === 'pod';
      const { session } = makeSession(
        ({ service, client }) => (service.name === 'moving' && isCutOff(client) ? null : undefined),
        {
          knownAtOnce: true,
          network: (_dial, { from, to }) => (isCutOff(from) && to.kind === 'pod' ? silence : null),
          run: createRun({ clauses }),
        },
      );
      const changePodsBehind = async (one: PodsBehind): Promise<void> => {
        changes += 1;
        await session.changePodsBehind(one);
      };
      return endpointsFollowed(await movePods({ ...session, changePodsBehind }, { limitMs: 300 }));
    }

    for (const [n, change] of [
      'one pod took the place of another',
      'none was left',
      'the first one was back',
    ].entries())
      it(`are not held to it where the flat network’s clauses tell: ${change}`, async () => {
        const { violations, inconclusive, seen } = await cutOffAt(n + 1, await loadClauses());
        expect(violations).to.deep.equal([]);
        expect(inconclusive).to.equal(null);
        expect(seen).to.include(`${change} (2 do not reach the pod at its own address any more)`);
      }).timeout(30_000);

    it('say nothing where no clause tells', async () => {
      const { violations, inconclusive } = await cutOffAt(1, []);
      expect(violations).to.deep.equal([]);
      expect(inconclusive).to.include('node-2/pod-a does not reach node-2/pod-b at its own address either by now');
    }).timeout(30_000);
  });

  it('say nothing where a policy of somebody else may be why they hang, and it is named', async () => {
    let changes = 0;
    const { session } = makeSession(
      ({ service, from }) => (service.name === 'moving' && changes === 2 && from === 'node-2' ? null : undefined),
      { knownAtOnce: true },
    );
    const changePodsBehind = async (one: PodsBehind): Promise<void> => {
      changes += 1;
      await session.changePodsBehind(one);
    };
    const moved = await movePods({ ...besidePolicy(session), changePodsBehind }, { limitMs: 300 });
    const { violations, inconclusive } = endpointsFollowed(moved);
    expect(violations).to.deep.equal([]);
    expect(inconclusive).to.equal('NetworkPolicy deny may forbid it');
  });

  it('prove nothing where none ever reached it', async () => {
    const { inconclusive, violations } = await move(() => null);
    expect(violations).to.deep.equal([]);
    expect(inconclusive).to.equal('no client reached the Service moving before its pods changed');
  });
});
