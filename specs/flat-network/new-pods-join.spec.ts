/**
 * > All pods must be able to reach each other, without NAT.
 *
 * Every node can start a pod, now, and that pod keeps all the promises.
 *
 * Verified by: a fresh pod on every node within a deadline; a node that can't is named, with the kubelet's event.
 * Then the fresh pods and those that ran before reach each other, and nodes and fresh pods each other.
 * Would be missed by: testing only pods that already exist; a wiped /opt/cni/bin shows when the next pod starts.
 */
import { addressesKept, clause, expect, involving, newPods, partOf } from '../../lib/index.ts';

export default clause(
  {
    id: 'flat-network/new-pods-join',
    level: 'MUST',
    promise: 'all pods must be able to reach each other, without NAT (also the next one that starts)',
    needs: ['fresh pods', 'every node'],
  },
  async ({ survey, pods, nodes, families, missing, fresh, exchange }) => {
    const started = await fresh();
    const young = started.probes;
    expect(
      newPods(survey.nodes, { ...started, fresh: young, families, missing: [...missing, ...started.missing] }),
    ).to.hold();
    const all = [...pods, ...nodes, ...young];
    const pairs = involving(young);
    const exchanged = await exchange({ from: all, to: all, pairs });
    expect(partOf(exchanged, { from: [...pods, ...young], to: [...pods, ...young], pairs })).to.be.untranslated();
    expect(partOf(exchanged, { from: nodes, to: young, pairs })).to.meet(addressesKept);
    expect(partOf(exchanged, { from: all, to: nodes, pairs })).to.be.delivered();
  },
);
