import { apiServiceAddress } from '../../lab/addresses.ts';
import { apiServer } from './breaks.ts';
import { chainFault, familyOf, inFamilyOf } from './chain.ts';

/** A filter of one node drops what its pods, and it itself, open to the API server's Service: whatever watches the cluster from there dies, and the kubelet goes on. */
export const apiServerDropped = chainFault({
  name: 'API server dropped on one node',
  node: 'node-2',
  // What passes here is translated already, whoever sent it.
  hook: 'filter hook postrouting priority 0',
  rules: ({ podRange }) => {
    const address = inFamilyOf(podRange('node-1'), apiServiceAddress);
    return [`ct state new ct original ${familyOf(address)} daddr ${address} drop`];
  },
  breaks: { traffic: [{ symptom: 'lost', by: 'ClusterIP', from: { node: 'node-2' }, to: apiServer }] },
  args: ['--clause', 'services'],
  verdict: 'conformant',
  says: [
    /^pods of node-2 and node-2 itself can't connect to the API server through its Service default\/kubernetes \(.+:443\), and reach its servers \(.+:6443\) directly: kube-proxy, .* on node-2 /m,
  ],
  causes: 1,
  // Its clause goes red for others of the check, too.
  slow: true,
});
