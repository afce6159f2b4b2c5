import type { Fold } from '../folding/explained.ts';
import { keepsAddress } from '../folding/observations.ts';
import { describePattern, describePatterns } from '../words/pattern.ts';
import type { Surroundings } from './surroundings.ts';
import { nodesOf, onNode, type LikelyCause } from './look-with.ts';

const othersMasquerade = '; many plugins do this by default (flannel --ip-masq, Calico natOutgoing, kindnet)';
const ciliumMasquerades =
  '; Cilium does this by default (enable-ipv4-masquerade, enable-ipv6-masquerade; not towards nodes with enable-bpf-masquerade)';

/** Source addresses are not the senders'. */
export function guessMasquerade(fold: Fold, around: Surroundings): LikelyCause {
  const seen = new Map<string, Set<string>>();
  for (const { responderSees } of fold.edges) {
    if (responderSees === null) continue;
    const { address } = responderSees.peer;
    const owner = around.nodeOfAddress(address) ?? 'an unknown owner';
    seen.set(owner, (seen.get(owner) ?? new Set()).add(address));
  }
  const translators = [...seen].map(([owner, addresses]) => `${owner} (to ${[...addresses].join(', ')})`).toSorted();
  const toNodes = fold.edges.every((edge) => edge.to.probe === 'node' && edge.from.probe !== 'node');
  const usual = around.plugin === 'cilium' ? ciliumMasquerades : othersMasquerade;
  return {
    likelyCause: `source addresses of ${describePattern(fold.pattern)} are translated (SNAT, masquerade) by ${translators.join(', ')}${fold.partly ? ', not of every flow: a rule that matches only sometimes, or one of several paths' : ''}${toNodes ? usual : ''}`,
    lookWith: onNode(
      nodesOf(fold).from,
      'nft list ruleset | grep -iE "masquerade|snat"; iptables -t nat -S | grep -iE "masquerade|snat"',
    ),
  };
}

/** Source ports are not the senders', whatever the addresses. */
export function guessPortTranslation(fold: Fold): LikelyCause {
  const isAddressKept = fold.edges.every(keepsAddress);
  const fromNodes = fold.edges.every((edge) => edge.from.probe === 'node' && edge.to.probe !== 'node');
  if (fromNodes && isAddressKept)
    return {
      likelyCause: `what enters the pod network from outside is masqueraded: a node's own packets keep their address but not their port (${describePattern(fold.pattern)}); flannel without a tunnel does this by default`,
      lookWith: onNode(
        nodesOf(fold).from,
        'iptables -t nat -S | grep -i masquerade; nft list ruleset | grep -i masquerade',
      ),
    };
  if (isAddressKept && fold.pattern.protocol === 'TCP' && fold.edges.every((edge) => edge.from.probe !== 'node'))
    return {
      likelyCause: `a proxy in between accepts TCP connections and makes its own, under the same address: ${describePattern(fold.pattern)}, and UDP is left alone; a service mesh in ambient mode has one on each node (ztunnel); or an SNAT rule for TCP alone`,
      lookWith: `kubectl get pods -A -o wide | grep -i ztunnel; kubectl get namespaces -L istio.io/dataplane-mode; ${onNode(nodesOf(fold).from, 'nft list ruleset | grep -i snat; iptables-save | grep -i -e snat -e tproxy -e redirect')}`,
    };
  return {
    likelyCause: `an SNAT rule with a port range, or a NAT device, rewrites source ports of ${describePattern(fold.pattern)}${isAddressKept ? ' and keeps the address' : ', and addresses with them'}`,
    lookWith: onNode(nodesOf(fold).from, 'nft list ruleset | grep -i snat; iptables -t nat -S | grep -i snat'),
  };
}

/** Somebody else answers. */
export function guessWrongDestination(fold: Fold): LikelyCause {
  const [edge] = fold.edges;
  const answered = edge?.responderSees?.who ?? 'somebody else';
  // Whoever has the address of another pod answers at each of its ports.
  const orOwner = fold.pattern.ports === null ? `, or two pods have the address ${edge?.to.address ?? ''}` : '';
  return {
    likelyCause: `a DNAT rule sends ${describePatterns(fold)} to ${answered}${orOwner}`,
    lookWith: onNode(nodesOf(fold).from, `nft list ruleset | grep -i dnat; ip neigh show ${edge?.to.address ?? ''}`),
  };
}
