/** A Service whose pods change: who follows, who is stuck, and on what. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { PodsBehind } from '../../../../lib/cluster/model.ts';
import { endpointsFollowed } from '../../../../lib/facts/services/endpoints-followed.ts';
import { fixedSourcePort, movePods } from '../../../../lib/service-paths/further/moving.ts';
import { makeSession, type Proxied } from '../make-believe-session.ts';

const first = 'pod-b-of-node-1';

async function move(proxied?: Proxied): Promise<ReturnType<typeof endpointsFollowed>> {
  const { session } = makeSession(
    ({ service, ...about }) => (service.name === 'moving' ? proxied?.({ service, ...about }) : undefined),
    { knownAtOnce: true },
  );
  return endpointsFollowed(await movePods(session, { limitMs: 300 }));
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

  it('prove nothing where none ever reached it', async () => {
    const { inconclusive, violations } = await move(() => null);
    expect(violations).to.deep.equal([]);
    expect(inconclusive).to.equal('no client reached the Service moving before its pods changed');
  });
});
