import { podsOf } from './breaks.ts';
import { addressType, chainFault, familyOf } from './chain.ts';

/** Room for so many flows; what comes later finds none. */
const flows = 200;

/** A node's table of flows fills up in mid-run: those that are in it go on, new ones are lost. The kernel's own limit is one of the whole machine. */
export const flowTableFull = chainFault({
  name: 'flow table full',
  reported: ['cilium/cilium#34890', 'kubernetes/kubernetes#71261'],
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  sets: ({ podRanges }) =>
    podRanges('node-2').map((range) => {
      const address = addressType(range);
      const type = `inet_proto . ${address} . inet_service . ${address} . inet_service`;
      return `set flows_${familyOf(range)} { type ${type}; size ${flows}; flags dynamic; }`;
    }),
  rules: ({ podRanges }) =>
    podRanges('node-2').flatMap((range) => {
      const family = familyOf(range);
      const opening = `meta nfproto ${family === 'ip' ? 'ipv4' : 'ipv6'} ct state new meta l4proto { tcp, udp }`;
      const tuple = `meta l4proto . ${family} saddr . th sport . ${family} daddr . th dport`;
      return [`${opening} add @flows_${family} { ${tuple} } accept`, `${opening} drop`];
    }),
  breaks: {
    traffic: [
      { symptom: 'lost', from: podsOf('node-2'), opening: true, later: true },
      { symptom: 'lost', to: podsOf('node-2'), opening: true, later: true },
    ],
  },
  says: [/node-2/, /from second \d+ of the run on/, /a full table|a table that has filled up/],
  causes: 1,
  slow: true,
});
