import { nodeAddresses } from '../../lab/addresses.ts';
import { nodeItself } from './breaks.ts';
import { chainFault, inFamilyOf, sentBy } from './chain.ts';

/** A firewall between two nodes: what one node itself sends the other over UDP is lost, pods are not concerned. */
export const nodesApart = chainFault({
  name: 'nodes apart',
  node: 'node-2',
  hook: 'filter hook input priority -10',
  rules: ({ podRange }) =>
    sentBy([inFamilyOf(podRange('node-1'), nodeAddresses(1))]).map((packets) => `${packets} meta l4proto udp drop`),
  breaks: { traffic: [{ symptom: 'lost', from: nodeItself('node-1'), to: nodeItself('node-2'), protocol: 'UDP' }] },
  // Between nodes, tunnels are UDP; and where pods are masqueraded on their way to nodes, they are concerned.
  onlyOn: ['routed'],
  says: [/node-to-node traffic from node-1 to node-2 over UDP/],
  causes: 1,
  slow: true,
});
