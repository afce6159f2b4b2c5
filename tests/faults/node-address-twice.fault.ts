import { nodeAddresses } from '../../lab/addresses.ts';
import type { InEach } from '../../lab/families.ts';
import { nodeItself } from './breaks.ts';
import { inFamilyOf } from './chain.ts';
import type { Fault, Scene } from './fault.ts';
import { sh } from './shell.ts';

const link = 'fn-fault';
const taken = nodeAddresses(1);
const other = nodeAddresses(2);
const primary = ({ podRange }: Scene, addresses: InEach): string => inFamilyOf(podRange('node-1'), addresses);

/** A node's address is on another node, too: by a mistake, or by a clone of its disk. Who asks for its link-layer address is not answered by the other: only that node itself goes wrong. */
export const nodeAddressTwice: Fault = {
  name: "a node's address twice",
  when: 'before',
  plant: async (scene) => {
    const mac = await sh(scene.lab, 'node-2', 'cat /sys/class/net/eth0/address');
    await sh(
      scene.lab,
      'node-2',
      `sysctl -qw net.ipv4.conf.eth0.arp_ignore=1 && ip link add ${link} type veth peer name ${link}-2 && ip address add ${primary(scene, { ipv4: `${taken.ipv4}/32`, ipv6: `${taken.ipv6}/128` })} dev ${link} nodad && ip link set ${link} up && ip link set ${link}-2 up`,
    );
    // Asked for its link-layer address by its own address, node-2 is silent: sooner or later node-1 would not find it, and pods of both would lose each other.
    await sh(
      scene.lab,
      'node-1',
      `ip neigh replace ${primary(scene, other)} lladdr ${mac.trim()} dev eth0 nud permanent`,
    );
  },
  undo: async (scene) => {
    await sh(scene.lab, 'node-1', `ip neigh delete ${primary(scene, other)} dev eth0 2>/dev/null || true`);
    await sh(scene.lab, 'node-2', `ip link delete ${link} 2>/dev/null; sysctl -qw net.ipv4.conf.eth0.arp_ignore=0`);
  },
  breaks: {
    facts: ['an address has two owners'],
    traffic: [
      { symptom: 'lost', from: nodeItself('node-1'), to: { node: 'node-2' }, family: 'IPv4' },
      { symptom: 'refused', from: { node: 'node-2' }, to: nodeItself('node-1'), family: 'IPv4' },
    ],
  },
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/(198\.18\.0\.1|2001:2::1)1, the address of node-1, is also on an interface of node-2/],
  onlyOn: ['routed'],
  causes: 1,
};
