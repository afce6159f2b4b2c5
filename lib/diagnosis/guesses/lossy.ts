import type { Proportion } from '../../statistics/newcombe.ts';
import type { Edge } from '../../verdict/run.ts';
import type { Fold } from '../folding/explained.ts';
import { isAllOfNode, type Place } from '../folding/pattern.ts';
import { afterHowMuch } from '../words/sizes.ts';
import { describePattern, describePatterns } from '../words/pattern.ts';
import { isBrokenOff, lossRate } from '../folding/loss.ts';
import { nodesOf, onNode, type LikelyCause } from './look-with.ts';
import { serviceOfMany } from '../through-services.ts';

type PlaceOfPairs = Extract<Place, { kind: 'certain pairs' }>;

/** No link that is still in use loses this much. */
export const nearlyAll = 0.8;
/** Nearly every connection takes a second SYN: then half of all SYNs are lost. */
const everySecond = 0.4;

/** What may lose some of the packets of a fold. */
export function guessLossy(fold: Fold): LikelyCause {
  const dead = deadFlowsOf(fold);
  if (dead !== null) return onePathDead(fold, dead);
  if (fold.edges.every(isBrokenOff)) return brokenOff(fold);
  if (isSlowToConnect(fold)) return slowToConnect(fold);
  if (lossRate(fold.edges) < nearlyAll && isAllOfNode(fold.pattern.place)) return lossyNode(fold);
  return {
    likelyCause: `${lossRate(fold.edges) < nearlyAll ? 'a lossy link, a full queue or a rule that drops at random' : 'a packet filter or a rate limit that lets next to nothing through'} on the path of ${describePattern(fold.pattern)}`,
    lookWith: onNode(nodesOf(fold).from, 'ip -s link; nft list ruleset'),
  };
}

/** No link is between two pods of a node. */
function lossyNode(fold: Fold): LikelyCause {
  return {
    likelyCause: `a rate limit, a full queue, checksums that get damaged, or a rule that drops at random on the path of ${describePattern(fold.pattern)}, within the node as well`,
    lookWith: onNode(
      nodesOf(fold).from,
      'nft list ruleset; iptables-save; tc -s qdisc; ip -s link; nstat -az TcpInCsumErrors UdpInCsumErrors',
    ),
  };
}

function brokenOff(fold: Fold): LikelyCause {
  return {
    likelyCause: `some long streams of ${describePattern(fold.pattern)} are connected, and stop on their way: one of several paths that takes only small packets, a middlebox that forgets connections in use, a queue that drops what comes in bursts`,
    lookWith: onNode(nodesOf(fold).from, 'nstat -az TcpExtTCPTimeouts TcpRetransSegs; ip -s link; conntrack -S'),
  };
}

/** Whoever looks at flows lets go of them: it is not their packets' size, and not chance. */
export function guessCutOff(fold: Fold): LikelyCause {
  return {
    likelyCause: `flows of ${describePatterns(fold)} are cut off ${afterHowMuch(fold.edges)}: what is shorter passes, in full packets too, and of longer ones nothing more: a fast path that takes flows over and loses them (flow offload, a flowtable, a network card), connection tracking that takes what follows for invalid (window scaling, sequence numbers), or a limit on the packets or bytes of a flow`,
    lookWith: onNode(
      nodesOf(fold).from,
      'nft list ruleset | grep -iE "flow|offload|invalid|quota|ct .*(packets|bytes)"; iptables-save | grep -iE "offload|invalid|quota|connbytes"; conntrack -S',
    ),
  };
}

/** Connections are opened in the end, but by SYNs that had to be sent again. */
function isSlowToConnect({ edges }: Fold): boolean {
  return edges.every(({ protocol, answered }) => protocol === 'TCP' && answered > 0);
}

/** Why connections of a fold may take a second or more to open. */
export function slowToConnect(fold: Fold): LikelyCause {
  const { to } = nodesOf(fold);
  const all = lossRate(fold.edges) > everySecond;
  const why = fold.edges.every(isManyAtOnce)
    ? 'many were opened at once: a limit or a full table for new connections, an insertion race in conntrack, source ports that collide in a masquerade'
    : 'a rule or a full table that drops new connections, an insertion race in conntrack, or one of several paths that is broken';
  return {
    likelyCause: `${all ? 'the first SYN of' : 'some SYNs of'} ${describePattern(fold.pattern)} ${all ? 'is' : 'are'} dropped, so that connections take 1 s or more to open: ${why}`,
    lookWith: onNode(to, 'conntrack -S; nft list ruleset; nstat -az TcpExtListenDrops TcpExtTCPTimeouts'),
  };
}

const paths = 'ip route show table all; ip -d link show type bond; cat /proc/net/bonding/*; nft list ruleset';

/** What a flow loses at most when it gets nothing through: SYNs within the 3 s that a connection may take, datagrams of one socket. */
const lostByDeadFlow = { TCP: 3, UDP: 20 };

/** Of the flows that were asked beside each that had failed, how many got nothing through; null: they are not what is lost. */
export function deadFlowsOf(fold: Pick<Fold, 'symptom' | 'edges'>): Proportion | null {
  if (fold.symptom !== 'lossy' || !isOnePathDead(fold)) return null;
  const asked = fold.edges.filter(isAskedCalmly);
  const trials = asked.reduce((total, edge) => total + flowsOf(edge) - 1, 0);
  return { hits: furtherDeadFlows(asked), trials };
}

/** Which flows get nothing through is decided by their source ports; the others lose nothing. Loss at random leaves few that lose all. */
function isOnePathDead({ edges }: Pick<Fold, 'edges'>): boolean {
  const asked = edges.filter(isAskedCalmly);
  const alone = asked.filter((edge) => {
    const { attempts, answered, deadFlows } = calmRoundOf(edge);
    return deadFlows > 0 && answered > 0 && attempts - answered <= deadFlows * lostByDeadFlow[edge.protocol];
  });
  return alone.length > 0.8 * asked.length && furtherDeadFlows(asked) > 0;
}

/** Each connection is answered once; datagrams are of ten flows, of forty in rechecks, and only dead ones lose any. */
function flowsOf(edge: Edge): number {
  const { attempts, answered, deadFlows } = calmRoundOf(edge);
  if (edge.protocol === 'TCP') return answered + deadFlows;
  return Math.max(deadFlows, Math.round((attempts * deadFlows) / Math.max(1, attempts - answered)));
}

/** The first flow of each is one that had failed already: it says nothing about how many do. */
function furtherDeadFlows(asked: readonly Edge[]): number {
  return asked.reduce((total, edge) => total + calmRoundOf(edge).deadFlows - 1, 0);
}

function onePathDead(fold: Fold, { hits, trials }: Proportion): LikelyCause {
  const service = serviceOfMany(fold);
  const share = `${Math.round((100 * hits) / trials)} % of the flows get nothing through, the others lose nothing`;
  if (service !== null)
    return {
      likelyCause: `one of the pods behind the Service ${service} is not reached through it, or what stands in for kube-proxy takes an address for one that is none: ${share}; an endpoint that is stale, or was added by somebody else`,
      lookWith: `kubectl get endpointslices -A -o wide; ${onNode(nodesOf(fold).from, 'nft list ruleset | grep -i service; iptables -t nat -S | grep KUBE-SEP')}`,
    };
  return {
    likelyCause: `one of several paths of ${describePattern(fold.pattern)} is dead, and a flow's source port decides which one it takes: ${share}; an uplink or a link of a bond, a route with several next hops, a rule that picks flows`,
    lookWith: onNode(nodesOf(fold).from, paths),
  };
}

/** The same where the addresses decide, and ports do not. */
export function pathOfPairsDead({ pattern, legs, edges }: Fold, place: PlaceOfPairs): LikelyCause {
  const what = describePattern({ ...pattern, place: place.of });
  return {
    likelyCause: `one of several paths of ${what} is dead, and the two addresses of a pair decide which one it takes, whatever the protocol and the ports: ${place.pairs.size} of ${place.among} pairs get nothing through, the others lose nothing; an uplink or a link of a bond, a route with several next hops, each with a hash of addresses alone (layer 3), or a rule that picks pairs`,
    lookWith: onNode(
      nodesOf({ legs, edges }).from,
      `${paths}; sysctl net.ipv4.fib_multipath_hash_policy net.ipv6.fib_multipath_hash_policy`,
    ),
  };
}

/** A large one may fail for its size, or for how long it takes. */
function isAskedCalmly(edge: Edge): boolean {
  return edge.rounds.length > 1 && edge.size === undefined && !isManyAtOnce(edge);
}

/** Its first round was of many connections: which of them got nothing through is a matter of time, not of their ports. */
export function isManyAtOnce({ protocol, rounds: [first] }: Edge): boolean {
  return protocol === 'TCP' && first !== undefined && first.attempts > lostByDeadFlow.TCP;
}

function calmRoundOf({ rounds }: Edge): Edge['rounds'][number] {
  return rounds.at(-1) ?? { outcome: 'inconclusive', attempts: 0, answered: 0, deadFlows: 0 };
}
