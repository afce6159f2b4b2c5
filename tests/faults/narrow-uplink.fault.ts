import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const saved = '/run/flatnet-narrow-uplink';

/** A node's uplink takes less than those of the others, as where jumbo frames are configured on some: the node knows, the others send what does not arrive, and no router is on the way that could say so. */
export const narrowUplink: Fault = {
  name: 'narrow uplink',
  when: 'before',
  plant: async ({ lab }) => {
    const uplink = `ip -o route get 198.18.0.12 | sed 's/.* dev \\([^ ]*\\).*/\\1/'`;
    await sh(lab, 'node-1', `${uplink} > ${saved}; ip link set "$(cat ${saved})" mtu 1400`);
  },
  undo: async ({ lab }) => {
    await sh(
      lab,
      'node-1',
      `[ ! -e ${saved} ] || { ip link set "$(cat ${saved})" mtu 1500; rm ${saved}; ip route flush cache; ip -6 route flush cache; true; }`,
    );
  },
  breaks: { traffic: [{ symptom: 'large lost', to: { node: 'node-1' }, where: 'across nodes' }] },
  inconclusive: 'none',
  verdict: 'not conformant',
  onlyOn: ['routed', 'flannel-host-gw'],
  // Streams stall as well, but for what is handed on in one piece between the lab's interfaces (segmentation offload). Its interface takes a frame that is longer by a VLAN tag.
  says: [/into node-1.* (is|are) lost above 13\d\d bytes of UDP.* MTU of 1500 \(node-1\/node: 1400\)/],
  causes: 1,
  slow: true,
};
