import { nodeItself, podsOf } from './breaks.ts';
import { chainFault } from './chain.ts';

// Of twenty datagrams at first, one at least is lost in 46 % of all dials; of 200 calm ones, five or more in 71 % of those.
const found = { symptom: 'lossy', where: 'across nodes', protocol: 'UDP', family: 'IPv4', share: 1 / 3 } as const;

/** Three datagrams in a hundred are lost where they come out of a node's tunnel through user space, as in an overlay that is too slow. */
export const overlayLoss = chainFault({
  name: 'loss behind the tunnel',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => ['iifname "flannel0" meta l4proto udp numgen random mod 100 < 3 drop'],
  breaks: {
    traffic: [
      { ...found, from: podsOf(), to: podsOf('node-2') },
      // What nodes answer comes by no tunnel: pods are masqueraded towards them.
      { ...found, from: nodeItself(), to: podsOf('node-2'), opening: true },
    ],
  },
  says: [/to pods into node-2 over UDP/, /loses packets/, /[2-9] %/],
  causes: 1,
  onlyOn: ['flannel-udp'],
});
