import type { CarriedTwice } from '../cluster/addresses.ts';
import type { NodeEvidence } from '../evidence/node-evidence.ts';
import type { Edge } from '../verdict/run.ts';
import { whatCiliumKnows } from './cilium.ts';
import type { Fold } from './folding/explained.ts';
import { isRefusedAtTimes } from './folding/refused.ts';
import type { Backends } from './folding/same-path.ts';
import type { Roles } from './folding/pattern.ts';
import { describePattern, describePatterns } from './folding/words.ts';
import { guessCutOff, guessLossy, pathOfPairsDead, slowToConnect } from './lossy.ts';
import { familyOf, ipFor, nodesOf, onNode, overIPv6, rules, type LikelyCause } from './look-with.ts';
import { guessForgotten, guessResponderForgotten } from './held.ts';
import { guessFragments, guessLength, guessTooLarge, guessTooSmall } from './sizes.ts';
import { guessByRoute } from './routes/by-route.ts';
import { guessAtService } from './through-services.ts';

/** What the guesses need to know of the cluster: which node owns an address, and the network plugin's name. */
export interface Surroundings {
  nodeOfAddress: (address: string) => string | null;
  /** Left out: unknown. */
  plugin?: string;
  /** Who enforces NetworkPolicies, where it is another; left out: nobody else. */
  policies?: string;
  /** Addresses of nodes that another node carries, too; left out: none. */
  carried?: readonly CarriedTwice[];
  /** By Service, the pods behind it; left out: those that answered, or received a dial. */
  behind?: Backends;
  /** What kernels of nodes said once something had failed; left out: none was asked. */
  evidence?: readonly NodeEvidence[];
  /** Rechecks at pods' own addresses that were as large as a packet may be, and arrived; left out: none. */
  rechecked?: readonly Edge[];
  /** The edges of all folds: what is refused together is told in one sentence; left out: only those of the fold. */
  failing?: readonly Edge[];
}

/** The likeliest cause of a fold, worded as a guess, and the command to look with. `sound`: edges that speak against what kernels say. */
export function guessCause(fold: Fold, around: Surroundings & { sound: readonly Edge[] }): LikelyCause {
  const { sound, rechecked = [] } = around;
  const { likelyCause, lookWith, ...proof } =
    guessByRoute(fold, around) ?? guessAtService(fold, [...sound, ...rechecked]) ?? guessOf(fold, around);
  const more = [around.plugin, around.policies].includes('cilium')
    ? whatCiliumKnows(fold, { routes: around.plugin === 'cilium' })
    : null;
  const said = { ...proof, likelyCause, lookWith: more === null ? lookWith : `${lookWith}; ${more}` };
  if (familyOf(fold) !== 'IPv6') return said;
  return { ...proof, likelyCause: overIPv6(said.likelyCause), lookWith: overIPv6(said.lookWith) };
}

function guessOf(fold: Fold, around: Surroundings): LikelyCause {
  switch (fold.symptom) {
    case 'lost':
      return guessLoss(fold);
    case 'lossy':
      return guessLossy(fold);
    case 'refused':
      return {
        likelyCause: `something on the path, or the receiving node, rejects ${describePatterns(fold)}${fold.partly || isRefusedAtTimes(fold) ? ' at times: a rate or connection limit, a full table' : ''}`,
        lookWith: rules(nodesOf(fold).to),
      };
    case 'source translated':
      return guessMasquerade(fold, around);
    case 'port translated':
      return guessPortTranslation(fold);
    case 'destination translated':
      return guessWrongDestination(fold);
    case 'damaged':
      return {
        likelyCause: `a device or offload between the two ends changes payloads of ${describePatterns(fold)}`,
        lookWith: onNode(nodesOf(fold).from, 'ethtool -k eth0'),
      };
    case 'let through':
      return guessNotHeldBack(fold);
    case 'slow':
      return slowToConnect(fold);
    case 'too large':
      return guessTooLarge(fold);
    case 'too small':
      return guessTooSmall(fold);
    case 'not closed':
      return guessUnclosed(fold);
    case 'length lost':
      return guessLength(fold);
    case 'forgotten':
      return guessForgotten(fold);
    case 'responder forgotten':
      return guessResponderForgotten(fold);
    case 'cut off':
      return guessCutOff(fold);
    case 'fragments lost':
      return guessFragments(fold);
    case 'not met':
      return guessNotMet(fold);
  }
}

/** They open and carry data; what ends them is lost, each time that the kernel sends it again. */
function guessUnclosed(fold: Fold): LikelyCause {
  return {
    likelyCause: `connections of ${describePatterns(fold)} are not closed: what ends them (a FIN), or its acknowledgement, is lost, and data before it is not: a filter that drops segments by their flags or by their state (a connection-tracking entry that is closed or invalid too early), or a device that ends connections itself`,
    lookWith: onNode(
      nodesOf(fold).to,
      "nft list ruleset | grep -iE 'fin|ct state|invalid'; iptables-save | grep -iE 'tcp-flags|invalid'; ss -tan state fin-wait-1",
    ),
  };
}

/** Whoever has talked is known; who has not must be asked for. */
function guessNotMet(fold: Fold): LikelyCause {
  const { from, to, target } = nodesOf(fold);
  return {
    likelyCause: `${to} cannot be found by peers that it has not talked to: ${describePattern(fold.pattern)} is lost until then, because ${askedFor(fold)} for its address are dropped or not answered there, or the switch does not pass them on`,
    lookWith: onNode(from, `ip neigh flush to ${target}; ping -c 1 ${target}; ip neigh show ${target}`),
  };
}

function askedFor(fold: Fold): string {
  return familyOf(fold) === 'IPv4' ? 'ARP requests' : 'neighbour solicitations (ICMPv6, to a multicast group)';
}

/** Not only what is routed through a node to its pods: nothing arrives at the node either. */
function isItselfLost({ edges }: Fold, node: string): boolean {
  return edges.some(({ from, to }) => to.probe === 'node' && to.node === node && from.node !== node);
}

function guessNotHeldBack(fold: Fold): LikelyCause {
  return {
    likelyCause: `the network plugin does not enforce NetworkPolicies on ${describePattern(fold.pattern)}, or its agent there has not programmed this one`,
    lookWith: 'kubectl get networkpolicies -A; kubectl -n kube-system get pods -o wide',
  };
}

/** Pods are reached, other nodes' own ports are not: many clouds put a firewall there, and no promise is about ports of nodes. */
function isNodeFirewall({ edges }: Fold): boolean {
  return edges.every((edge) => edge.to.probe === 'node' && edge.from.node !== edge.to.node);
}

function guessLoss(fold: Fold): LikelyCause {
  const guessed = guessLostPackets(fold);
  if (!isNodeFirewall(fold)) return guessed;
  const ports = [...new Set(fold.edges.map((edge) => edge.port))].slice(0, 3).join(', ');
  return {
    ...guessed,
    likelyCause: `${guessed.likelyCause}; or a firewall in front of the nodes' ports (${ports}): name an open one with --host-port`,
  };
}

function guessLostPackets(fold: Fold): LikelyCause {
  const { pattern } = fold;
  const { place } = pattern;
  const { from, to, target } = nodesOf(fold);
  const what = describePattern(pattern);
  if (place.kind === 'certain pairs') return pathOfPairsDead(fold, place);
  if (fold.partly)
    return {
      likelyCause: `something intermittent on the path of ${describePatterns(fold)}: a rate or connection limit, a full table or queue, a link or an agent that restarts, or one broken path of several`,
      lookWith: onNode(from, 'conntrack -S; ip -s link; dmesg | tail -n 50'),
    };
  if (pattern.way === 'requests')
    return {
      likelyCause: `a packet filter on the path drops ${what}, and lets answers through: it only admits connections opened from its own side${orTunnel(fold)}`,
      lookWith: rules(to),
    };
  if (pattern.way === 'answers')
    return {
      likelyCause: `a stateless packet filter (a network ACL, rules without connection tracking) drops ${what}: answers go to the ephemeral ports of whoever asked`,
      lookWith: rules(to),
    };
  if (pattern.ports !== null && fold.also?.some(({ way }) => way === 'answers') === true)
    return {
      likelyCause: `a stateless packet filter (a network ACL, rules without connection tracking) drops ${describePattern(pattern)}, requests and answers alike: answers go to the ephemeral ports of whoever asked`,
      lookWith: rules(to),
    };
  if (pattern.low === true)
    return {
      likelyCause: `a packet filter on the way drops ${describePatterns(fold)}: by source port, which says nothing about the sender`,
      lookWith: rules('node' in place ? place.node : to),
    };
  if (pattern.ports !== null || pattern.protocol !== null) {
    const where = 'node' in place ? `on ${place.node}` : 'on the path';
    const does = fold.edges.some(({ problems }) => problems[0] === 'unreachable') ? 'rejects' : 'drops';
    return {
      likelyCause: `a packet filter ${where} ${does} ${describePatterns(fold)}`,
      lookWith: rules('node' in place ? place.node : to),
    };
  }
  const kind = pattern.family === null ? '' : `${pattern.family} `;
  const ip = ipFor(fold);
  switch (place.kind) {
    case 'within':
      return {
        likelyCause: `the bridge, the network plugin or a packet filter of ${place.node} keeps its own pods apart${kind === '' ? '' : ` over ${kind.trim()}`}`,
        lookWith: onNode(place.node, 'nft list ruleset; bridge link'),
      };
    case 'pods of':
    case 'into and out of':
      return {
        likelyCause: `${place.node} does not forward ${kind}for its pods: a FORWARD policy of DROP, forwarding switched off, the network plugin's agent there, or a tunnel to the other nodes that is down`,
        lookWith: onNode(
          place.node,
          'sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding; ip -d link; iptables -S FORWARD; nft list ruleset',
        ),
      };
    case 'forwarded by':
      return {
        likelyCause: `${place.node} does not forward ${kind}for its pods, neither between them nor to and from other nodes: a FORWARD policy of DROP or another packet filter there that its bridge asks as well, or the network plugin's agent`,
        lookWith: onNode(place.node, 'iptables -S FORWARD; nft list ruleset; ip -d link; bridge link'),
      };
    case 'at':
      return {
        likelyCause: `${place.node} drops ${what}, within it as well as across: a packet filter, the network plugin's agent or a table that is full there`,
        lookWith: onNode(place.node, 'nft list ruleset; iptables-save; conntrack -S; dmesg | tail -n 50'),
      };
    case 'routed by':
      return {
        likelyCause: `${place.node} has no working ${kind}routes to pods, neither to its own nor to those of other nodes: a rule of policy routing that comes before the main table, or that table itself; or it drops what it routes`,
        lookWith: onNode(place.node, `${ip} rule; ${ip} route get ${target}; nft list ruleset`),
      };
    case 'routed to':
      return {
        likelyCause: `${nodeOf(place.probe)} does not pass on to ${place.probe} what it routes, though pods of the same node reach it: a neighbour entry from whoever had the address before, or a wrong route`,
        lookWith: onNode(nodeOf(place.probe), `${ip} neigh show ${target}; ${ip} route get ${target}`),
      };
    case 'from one to other':
      return {
        likelyCause: `${place.one} has no working ${kind}route to ${targetOf(pattern.roles, place.other)}, or a wrong neighbour entry, or ${place.other} drops what comes from there`,
        lookWith: onNode(place.one, `${ip} route get ${target}; ${ip} neigh`),
      };
    case 'into':
      if (isItselfLost(fold, place.node))
        return {
          likelyCause: `${place.node} drops what comes for it and its pods, or the other nodes do not find it: ${askedFor(fold)} for its address are dropped or not answered there, or the switch does not pass them on; or their ${kind}routes to it are wrong`,
          lookWith: onNode(place.node, `nft list ruleset; ${ip} neigh; ${ip} route`),
        };
      return {
        likelyCause: `${place.node} drops what comes for its pods, or the tunnel that brings it is blocked (a firewall without a rule for it), or the other nodes' ${kind}routes to it are wrong`,
        lookWith: onNode(place.node, `nft list ruleset; ${ip} route`),
      };
    case 'out of':
      return {
        likelyCause: `${place.node} has no working ${kind}routes to the other nodes' pods, or drops what its own pods send`,
        lookWith: onNode(place.node, `${ip} route get ${target}; nft list ruleset`),
      };
    case 'everywhere':
    case 'across nodes':
      return {
        likelyCause: `${what} is lost: the tunnel or the routes between nodes are blocked, a firewall stands between them, or the network plugin is down everywhere`,
        lookWith: 'kubectl -n kube-system get pods -o wide',
      };
    default:
      return {
        likelyCause: `a route or a packet filter on the path of ${what}`,
        lookWith: onNode(from, `${ip} route get ${target}; nft list ruleset`),
      };
  }
}

/** Of "node-1/pod-a". */
function nodeOf(probe: string): string {
  return probe.split('/', 1)[0] ?? probe;
}

/** Where what pods send to nodes is masqueraded, its answers need no tunnel. */
function orTunnel({ edges, pattern: { place } }: Fold): string {
  if (place.kind !== 'into and out of' || edges.some(({ to }) => to.probe === 'node')) return '';
  return `; or the tunnel of ${place.node} to the other nodes is down`;
}

function targetOf(roles: Roles, node: string): string {
  if (roles === 'any' || roles === 'from pods' || roles === 'from nodes') return `${node} and its pods`;
  return roles.endsWith('node') || roles === 'to nodes' ? node : `the pods of ${node}`;
}

const othersMasquerade = '; many plugins do this by default (flannel --ip-masq, Calico natOutgoing, kindnet)';
const ciliumMasquerades =
  '; Cilium does this by default (enable-ipv4-masquerade, enable-ipv6-masquerade; not towards nodes with enable-bpf-masquerade)';

function guessMasquerade(fold: Fold, around: Surroundings): LikelyCause {
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

function guessPortTranslation(fold: Fold): LikelyCause {
  const keepsAddress = fold.edges.every(
    ({ diallerSees, responderSees }) =>
      responderSees === null || diallerSees?.local.address === responderSees.peer.address,
  );
  const fromNodes = fold.edges.every((edge) => edge.from.probe === 'node' && edge.to.probe !== 'node');
  if (fromNodes && keepsAddress)
    return {
      likelyCause: `what enters the pod network from outside is masqueraded: a node's own packets keep their address but not their port (${describePattern(fold.pattern)}); flannel without a tunnel does this by default`,
      lookWith: onNode(
        nodesOf(fold).from,
        'iptables -t nat -S | grep -i masquerade; nft list ruleset | grep -i masquerade',
      ),
    };
  if (keepsAddress && fold.pattern.protocol === 'TCP' && fold.edges.every((edge) => edge.from.probe !== 'node'))
    return {
      likelyCause: `a proxy in between accepts TCP connections and makes its own, under the same address: ${describePattern(fold.pattern)}, and UDP is left alone; a service mesh in ambient mode has one on each node (ztunnel); or an SNAT rule for TCP alone`,
      lookWith: `kubectl get pods -A -o wide | grep -i ztunnel; kubectl get namespaces -L istio.io/dataplane-mode; ${onNode(nodesOf(fold).from, 'nft list ruleset | grep -i snat; iptables-save | grep -i -e snat -e tproxy -e redirect')}`,
    };
  return {
    likelyCause: `an SNAT rule with a port range, or a NAT device, rewrites source ports of ${describePattern(fold.pattern)}${keepsAddress ? ' and keeps the address' : ', and addresses with them'}`,
    lookWith: onNode(nodesOf(fold).from, 'nft list ruleset | grep -i snat; iptables -t nat -S | grep -i snat'),
  };
}

function guessWrongDestination(fold: Fold): LikelyCause {
  const [edge] = fold.edges;
  const answered = edge?.responderSees?.who ?? 'somebody else';
  // Whoever has the address of another pod answers at each of its ports.
  const orOwner = fold.pattern.ports === null ? `, or two pods have the address ${edge?.to.address ?? ''}` : '';
  return {
    likelyCause: `a DNAT rule sends ${describePatterns(fold)} to ${answered}${orOwner}`,
    lookWith: onNode(nodesOf(fold).from, `nft list ruleset | grep -i dnat; ip neigh show ${edge?.to.address ?? ''}`),
  };
}
