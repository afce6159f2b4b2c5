import { nodeItself, podsOf, type Damage } from './breaks.ts';
import { chainFault } from './chain.ts';

/** VXLAN as Linux and these plugins use it. */
const tunnelPort = 8_472;

/** What comes to a node by the tunnel: for its pods, and for the node itself what pods answer to it; what pods send to nodes goes without. */
const intoTheTunnel = (symptom: Damage['symptom']): Damage[] => [
  { symptom, where: 'across nodes', to: podsOf('node-2'), from: podsOf() },
  { symptom, where: 'across nodes', to: podsOf('node-2'), from: nodeItself(), opening: true },
  { symptom, where: 'across nodes', from: podsOf('node-2'), to: podsOf() },
  { symptom, where: 'across nodes', from: nodeItself('node-2'), to: podsOf(), opening: true },
];

const onVxlan = ['flannel', 'cilium', 'cilium-kube-proxy-free'] as const;

/** A security group or firewall without a rule for the tunnel. */
export const tunnelPortDropped = chainFault({
  name: 'tunnel port dropped',
  node: 'node-2',
  hook: 'filter hook input priority -10',
  rules: () => [`udp dport ${tunnelPort} drop`],
  breaks: { traffic: intoTheTunnel('lost') },
  onlyOn: onVxlan,
  says: [/node-2 drops what comes for its pods, or the tunnel/],
  causes: 2,
  slow: true,
});

/** The network under the tunnel takes less than the interfaces say, and nobody tells so. */
export const tunnelTooNarrow = chainFault({
  name: 'MTU black hole under the tunnel',
  node: 'node-2',
  hook: 'filter hook input priority -10',
  rules: () => [`udp dport ${tunnelPort} meta length > 1400 drop`],
  breaks: { traffic: intoTheTunnel('large lost') },
  onlyOn: onVxlan,
  // 1330 bytes and the tunnel's own headers make 1400 over IPv6.
  says: [/node-2/, /above 1[23]\d\d bytes of UDP/, /MTU of 1[45]\d\d/],
  causes: 2,
  slow: true,
});
