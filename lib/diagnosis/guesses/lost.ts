import type { Fold } from '../folding/explained.ts';
import type { Roles } from '../folding/pattern.ts';
import { describePattern, describePatterns } from '../words/pattern.ts';
import { askedFor, ipFor, nodesOf, onNode, rules, type LikelyCause } from './look-with.ts';
import { pathOfPairsDead } from './lossy.ts';

/** Pods are reached, other nodes' own ports are not: many clouds put a firewall there, and no promise is about ports of nodes. */
function isNodeFirewall({ edges }: Fold): boolean {
  return edges.every((edge) => edge.to.probe === 'node' && edge.from.node !== edge.to.node);
}

/** Nothing arrives, or at times nothing, whatever is sent. */
export function guessLoss(fold: Fold): LikelyCause {
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

/** Not only what is routed through a node to its pods: nothing arrives at the node either. */
function isItselfLost({ edges }: Fold, node: string): boolean {
  return edges.some(({ from, to }) => to.probe === 'node' && to.node === node && from.node !== node);
}
