import { podsOf } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';

/** Large packets into the pods of one node vanish, and nobody says so: a path that takes less than the interfaces do, with ICMP filtered. */
export const mtuBlackHole = chainFault({
  name: 'MTU black hole',
  reported: ['open-cluster-management-io/ocm#1314', 'kubeovn/kube-ovn#4254'],
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => [`iifname != ${bridges} meta length > 1400 drop`],
  breaks: { traffic: [{ symptom: 'large lost', to: podsOf('node-2'), where: 'across nodes' }] },
  // A tunnel takes less than 1500 bytes by itself.
  onlyOn: ['routed', 'flannel-host-gw'],
  // 1352 with the longer header of IPv6.
  says: [
    /into node-2.* is lost above 13[57]2 bytes of UDP \(packets of 1400 bytes\), without an ICMP message .* MTU of 1500/,
  ],
  causes: 1,
});
