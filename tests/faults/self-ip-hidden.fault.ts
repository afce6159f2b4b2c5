import { podsOf } from './breaks.ts';
import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const configurations = '/etc/cni/net.d';
const kept = '/run/kept-net.d';
const plugin = '/opt/cni/bin/readdress';

/**
 * A chained CNI plugin that gives a pod another address than the one it reports, and hides that inside of the pod:
 * translated 1:1 there, and ARP for the reported address answered by proxy.
 */
const script = `#!/bin/sh
input=$(cat)
case "$CNI_COMMAND" in
VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}' ;;
ADD)
  told=$(printf %s "$input" | sed 's/.*"ips":\\[{"address":"\\([0-9.]*\\)\\/24".*/\\1/')
  last=\${told##*.}
  # Far from those that are given to pods at this time, and never the same.
  base=200; test $last -lt 200 || base=100
  own=\${told%.*}.$((last % 50 + base))
  nsenter --net="$CNI_NETNS" sh -e >&2 <<END
ip addr del $told/24 dev eth0
ip addr add $own/24 dev eth0
ip route replace default via \${told%.*}.1 dev eth0
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 0 >/proc/sys/net/ipv4/neigh/eth0/proxy_delay
ip route add $told/32 dev lo
ip neigh add proxy $told dev eth0
nft -f - <<'NFT'
table ip readdress {
 chain in { type nat hook prerouting priority -100; ip daddr $told dnat to $own; }
 chain out { type nat hook postrouting priority 100; ip saddr $own snat to $told; }
 chain self { type nat hook output priority -100; ip daddr $told dnat to $own; }
}
NFT
END
  test $? = 0 || exit 1
  printf %s "$input" | sed 's/.*"prevResult":\\(.*\\),"type":"readdress"}$/\\1/'
  ;;
esac
`;

/** The pods of one node have other addresses than they are known by, which a ping would not show. */
export const selfIpHidden: Fault = {
  name: 'self-IP hidden',
  when: 'before',
  plant: async ({ lab }) => {
    await sh(lab, 'node-2', `cat >${plugin} <<'SCRIPT' && chmod +x ${plugin}\n${script}SCRIPT`);
    const chained = `sed -z 's/\\(\\n  *}\\)\\n  *]\\n}$/\\1, {"type": "readdress"}]}/'`;
    await sh(lab, 'node-2', `mkdir ${kept} && mv ${configurations}/*.conflist ${kept}`);
    await sh(lab, 'node-2', `${chained} ${kept}/* >${configurations}/$(ls ${kept})`);
  },
  undo: async ({ lab }) =>
    void (await sh(
      lab,
      'node-2',
      `rm -f ${plugin}; test ! -e ${kept} || { mv ${kept}/* ${configurations} && rmdir ${kept}; }`,
    )),
  // The plugin's script knows IPv4.
  needs: ['IPv4'],
  breaks: {
    facts: ['a pod has another address than it is known by'],
    traffic: [
      { symptom: 'source address translated', from: podsOf('node-2') },
      { symptom: 'destination address translated', to: podsOf('node-2') },
    ],
  },
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/node-2\/pod-a is 198\.18\S+ in status\.podIPs, but its interfaces carry/, /a translation 1:1 hides it/],
  causes: 1,
  // Once of six times a dial through a Service to these pods ended in EHOSTUNREACH as well, for seconds: why is not known yet.
  slow: true,
};
