import { podsOf } from './breaks.ts';
import { chainFault } from './chain.ts';

/** A rule, or a way that takes less: what a node translates for Services is lost where it is large, and nobody says so. At the pods' own addresses everything passes. */
export const largeThroughServices = chainFault({
  name: 'large packets dropped through Services',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => ['ct status dnat meta length > 1400 drop'],
  breaks: {
    traffic: [
      { symptom: 'large lost', by: 'ClusterIP', from: podsOf('node-2') },
      { symptom: 'large lost', by: 'NodePort', to: { node: 'node-2' }, where: 'across nodes' },
    ],
  },
  // A tunnel takes less than 1500 bytes by itself; Cilium's programs carry packets past what the rule sees.
  onlyOn: ['routed', 'flannel-host-gw'],
  says: [
    /through ClusterIPs from node-2.* (is|are) lost above 13[57]2 bytes of UDP \(packets of 1400 bytes\)/,
    /through NodePorts/,
  ],
  causes: 1,
  slow: true,
});
