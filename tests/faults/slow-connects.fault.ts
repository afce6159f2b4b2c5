import { podsOf } from './breaks.ts';
import { addressType, bridges, chainFault, familyOf } from './chain.ts';

/** The first SYN of each connection into a node's pods is lost, and the kernel sends it again after a second. */
export const slowConnects = chainFault({
  name: 'slow connects',
  reported: ['kubernetes/kubernetes#90854', 'projectcalico/calico#4712'],
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  sets: ({ podRanges }) =>
    podRanges('node-2').map((range) => {
      const address = addressType(range);
      const type = `${address} . inet_service . ${address} . inet_service`;
      return `set tried_${familyOf(range)} { type ${type}; size 65535; flags dynamic,timeout; timeout 1m; }`;
    }),
  rules: ({ podRanges }) =>
    podRanges('node-2').map((range) => {
      const family = familyOf(range);
      const tuple = `${family} saddr . tcp sport . ${family} daddr . tcp dport`;
      const firstSyn = `tcp flags & (syn | ack) == syn ${tuple} != @tried_${family}`;
      return `iifname != ${bridges} ${family} daddr ${range} ${firstSyn} add @tried_${family} { ${tuple} } drop`;
    }),
  breaks: { traffic: [{ symptom: 'slow to connect', to: podsOf('node-2'), where: 'across nodes', protocol: 'TCP' }] },
  says: [/the first SYN of .* into node-2 over TCP is dropped, so that connections take 1 s/],
  causes: 1,
});
