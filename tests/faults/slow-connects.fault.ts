import { ranges } from '../../lab/addresses.ts';
import { podsOf } from './breaks.ts';
import { addressType, bridges, chainFault, familyOf, type Chain } from './chain.ts';
import type { Scene } from './fault.ts';

/** Drops the first SYN of each connection that matches, one match a family and its range: the kernel sends it again after a second. */
function firstSynLost(matches: (scene: Scene) => { range: string; match: string }[]): Pick<Chain, 'sets' | 'rules'> {
  return {
    sets: (scene) =>
      matches(scene).map(({ range }) => {
        const address = addressType(range);
        const type = `${address} . inet_service . ${address} . inet_service`;
        return `set tried_${familyOf(range)} { type ${type}; size 65535; flags dynamic,timeout; timeout 1m; }`;
      }),
    rules: (scene) =>
      matches(scene).map(({ range, match }) => {
        const family = familyOf(range);
        const tuple = `${family} saddr . tcp sport . ${family} daddr . tcp dport`;
        const firstSyn = `tcp flags & (syn | ack) == syn ${tuple} != @tried_${family}`;
        return `${match} ${firstSyn} add @tried_${family} { ${tuple} } drop`;
      }),
  };
}

const onNode2 = { node: 'node-2', hook: 'filter hook forward priority -10', causes: 1, slow: true } as const;

/** Of each connection into a node's pods. */
export const slowConnects = chainFault({
  ...onNode2,
  name: 'slow connects',
  reported: ['kubernetes/kubernetes#90854', 'projectcalico/calico#4712'],
  ...firstSynLost(({ podRanges }) =>
    podRanges('node-2').map((range) => ({ range, match: `iifname != ${bridges} ${familyOf(range)} daddr ${range}` })),
  ),
  breaks: { traffic: [{ symptom: 'slow to connect', to: podsOf('node-2'), where: 'across nodes', protocol: 'TCP' }] },
  says: [/the first SYN of .* into node-2 over TCP is dropped, so that connections take 1 s or more to open/],
});

/** Of each connection from a node's pods to a ClusterIP, wherever it leads: pods' own addresses are as fast as ever. */
export const slowThroughServices = chainFault({
  ...onNode2,
  name: 'slow connects through Services',
  ...firstSynLost(({ podRanges }) =>
    podRanges('node-2').map((range) => {
      const family = familyOf(range);
      const services = family === 'ip' ? ranges.services.ipv4 : ranges.services.ipv6;
      return { range, match: `${family} saddr ${range} ct original ${family} daddr ${services}` };
    }),
  ),
  breaks: { traffic: [{ symptom: 'slow to connect', by: 'ClusterIP', from: podsOf('node-2'), protocol: 'TCP' }] },
  says: [/the first SYN of .* through ClusterIPs from node-2.* over TCP is dropped, so that connections take 1 s/],
});
