import { nodeItself, podsOf } from './breaks.ts';
import { chainFault } from './chain.ts';

/** A firewall of one node that nobody told of NodePorts: what comes for them is dropped there, whoever sends it. */
export const nodePortsDropped = chainFault({
  name: 'NodePorts dropped on one node',
  node: 'node-2',
  // Before kube-proxy translates it; answers to what the node masquerades may come to such ports, too. What the node sends to itself does not come by here.
  hook: 'filter hook prerouting priority -150',
  rules: () => [
    'iifname != "lo" fib daddr type local ct state new meta l4proto { tcp, udp } th dport 30000-32767 drop',
  ],
  breaks: {
    traffic: [
      { symptom: 'lost', by: 'NodePort', to: nodeItself('node-2'), where: 'across nodes', opening: true },
      { symptom: 'lost', by: 'NodePort', from: podsOf('node-2'), to: nodeItself('node-2'), opening: true },
    ],
  },
  verdict: 'conformant',
  says: [/serves no NodePorts there, or a packet filter in front of the nodes/, /through NodePorts .*node-2/],
  causes: 1,
  slow: true,
});
