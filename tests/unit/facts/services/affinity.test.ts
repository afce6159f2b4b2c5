/** Whether one client kept to one pod. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { affinityKept } from '../../../../lib/facts/services/affinity.ts';
import { withAffinity } from '../../../../lib/service-paths/further/affinity.ts';
import { makeSession, type Proxied } from '../../service-paths/make-believe-session.ts';

async function judge(proxied?: Proxied): Promise<ReturnType<typeof affinityKept>> {
  const { session } = makeSession((about) => (about.service.name === 'affine' ? proxied?.(about) : undefined), {
    nodes: 3,
    knownAtOnce: true,
  });
  return affinityKept(await withAffinity(session));
}

describe('client affinity', () => {
  it('holds where each client keeps to a pod, whichever', async () => {
    const { violations, seen, inconclusive } = await judge();
    expect([violations, inconclusive]).to.deep.equal([[], null]);
    expect(seen).to.equal('12 of 12 clients, counted by protocol and family, kept to one of 3 pods');
  });

  it('does not where the clients of a node are sent to any', async () => {
    let turn = 0;
    const { violations } = await judge(({ from }) =>
      from === 'node-3' ? `pod-b-of-node-${(turn++ % 3) + 1}` : undefined,
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include({ kind: 'affinity not kept' });
    expect(violations[0]).to.have.property('nodes').that.deep.equals(['node-3']);
    expect(violations[0]?.evidence).to.match(
      /^4 clients on node-3 were sent to several pods: node-3\/.* to node-1\/pod-b-of-node-1, /,
    );
  });

  it('is left open where nobody answers, and told of those who do', async () => {
    const { violations, seen } = await judge(({ from }) => (from === 'node-3' ? null : undefined));
    expect(violations).to.deep.equal([]);
    expect(seen).to.match(/^8 of 8 .*; 4 more got no answer$/);
    expect((await judge(() => null)).inconclusive).to.equal('no client got answers through the Service');
  });
});
