import { chainFault } from './chain.ts';

/** One node takes no IP fragments: before anything puts them together. */
export const udpFragments = chainFault({
  name: 'UDP fragments',
  reported: ['cilium/cilium#32427', 'projectcalico/calico#8821'],
  node: 'node-2',
  hook: 'filter hook prerouting priority -450',
  rules: () => ['ip frag-off & 0x3fff != 0 drop', 'exthdr frag exists drop'],
  breaks: {
    traffic: [
      { symptom: 'fragments lost', to: { node: 'node-2' } },
      { symptom: 'fragments lost', from: { node: 'node-2', roles: ['pod', 'fresh pod'] } },
    ],
  },
  verdict: 'conformant',
  says: [/fragments of .* into node-2\b.* are dropped/],
  causes: 1,
  slow: true,
});
