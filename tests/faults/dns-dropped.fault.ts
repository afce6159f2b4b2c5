import { bridges, chainFault } from './chain.ts';

/** A firewall of a node without a rule for DNS: its pods get no name resolved, all other nodes' do. */
export const dnsDropped = chainFault({
  name: 'DNS dropped on one node',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => [`iifname ${bridges} udp dport 53 drop`],
  breaks: { facts: ['DNS is silent on a node'] },
  // The port is one of those that pods are dialled on.
  args: ['--clause', 'services/dns'],
  verdict: 'conformant',
  says: [/^pods of node-2 get no answer from the cluster's DNS over UDP/m],
  causes: 1,
});
