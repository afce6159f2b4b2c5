import { nodeItself } from './breaks.ts';
import { chainFault } from './chain.ts';

/** A filter of one node drops its own datagrams to Services: one direction, one protocol, and nothing of its pods'. */
export const nodeToServices = chainFault({
  name: "a node's datagrams to Services",
  node: 'node-1',
  hook: 'filter hook output priority 0',
  rules: () => ['ct status dnat meta l4proto udp drop'],
  breaks: {
    traffic: [{ symptom: 'lost', by: 'ClusterIP', from: nodeItself('node-1'), protocol: 'UDP', opening: true }],
  },
  says: [/through ClusterIPs from node-1\b.* over UDP/],
  causes: 1,
});
