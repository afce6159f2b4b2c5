import type { Fold } from './folding/explained.ts';
import { describePatterns } from './folding/words.ts';
import { nodesOf, onNode, type LikelyCause } from './look-with.ts';

/** New connections work, and one that was idle for a while does not: somebody on the way kept a table of them. */
export function guessForgotten(fold: Fold): LikelyCause {
  const { to } = nodesOf(fold);
  const idle = Math.max(...fold.edges.map(({ held }) => (held?.endedAfterMs ?? held?.idleMs ?? 0) / 1_000));
  const isReset = fold.edges.every(({ outcome }) => outcome === 'reset');
  return {
    likelyCause: `idle connections of ${describePatterns(fold)} are forgotten within ${Math.ceil(idle)} s, and what comes then is ${isReset ? 'reset' : 'dropped in silence'}: a short time-out of connection tracking, with tcp_loose off or a rule that drops what is invalid; a stateful firewall or load balancer on the way; or its table was flushed`,
    lookWith: onNode(
      to,
      'sysctl net.netfilter.nf_conntrack_tcp_timeout_established net.netfilter.nf_conntrack_udp_timeout_stream net.netfilter.nf_conntrack_tcp_loose; nft list ruleset | grep -i invalid; conntrack -S',
    ),
  };
}
