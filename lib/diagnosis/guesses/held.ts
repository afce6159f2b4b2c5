import type { Fold } from '../folding/explained.ts';
import { describePatterns } from '../words/pattern.ts';
import { nodesOf, onNode, type LikelyCause } from './look-with.ts';

/** New connections work, and one that was idle for a while does not: somebody on the way kept a table of them. */
export function guessForgotten(fold: Fold): LikelyCause {
  const { to } = nodesOf(fold);
  const idle = Math.max(...fold.edges.map(({ held }) => (held?.endedAfterMs ?? held?.idleMs ?? 0) / 1_000));
  // Where the responder speaks first, nobody tells the dialler.
  const spoken = fold.edges.filter(({ held }) => held?.heard !== false);
  const isReset = spoken.length > 0 && spoken.every(({ outcome }) => outcome === 'reset');
  return {
    likelyCause: `idle connections of ${describePatterns(fold)} are forgotten within ${Math.ceil(idle)} s, and what comes then is ${isReset ? 'reset' : 'dropped in silence'}: a short time-out of connection tracking, with tcp_loose off or a rule that drops what is invalid; a stateful firewall or load balancer on the way; or its table was flushed`,
    lookWith: onNode(
      to,
      'sysctl net.netfilter.nf_conntrack_tcp_timeout_established net.netfilter.nf_conntrack_udp_timeout_stream net.netfilter.nf_conntrack_tcp_loose; nft list ruleset | grep -i invalid; conntrack -S',
    ),
  };
}

/** The same, but a packet from the side that opened the connection makes a new entry: `tcp_loose`, the rules of a Service. */
export function guessResponderForgotten(fold: Fold): LikelyCause {
  const idle = Math.max(...fold.edges.map(({ held }) => (held?.idleMs ?? 0) / 1_000));
  // Their packets come from the responder.
  const { from, to } = nodesOf(fold);
  const isTranslated = fold.pattern.via !== null;
  const diallers = [...new Set(fold.edges.map((edge) => edge.from.node))];
  const where = diallers.length === 1 ? diallers.join() : 'the nodes of those who dial';
  const which = isTranslated
    ? `a forgotten connection-tracking entry on ${where}, where the Service's address is translated (an idle time-out shorter than that)`
    : 'a forgotten connection-tracking entry (an idle time-out shorter than that) on one of the two nodes, in a firewall or in a load balancer on the way, which takes up again only what the side sends that opened the connection';
  return {
    likelyCause: `data that the server sends first over connections that were idle for ${Math.floor(idle)} s is lost (${describePatterns(fold)}); what the client sends first arrives: ${which}; or its table was flushed`,
    lookWith: onNode(
      isTranslated ? to : from,
      'sysctl net.netfilter.nf_conntrack_tcp_timeout_established net.netfilter.nf_conntrack_udp_timeout; nft list ruleset | grep -iE "ct state|invalid"; conntrack -S',
    ),
  };
}
