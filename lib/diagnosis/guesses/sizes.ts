import type { Fold } from '../folding/explained.ts';
import { belowWhichSize, fromWhichSize, ofWhichLength, packetOf } from '../words/sizes.ts';
import { describePatterns } from '../words/pattern.ts';
import { nodesOf, onNode, type LikelyCause } from './look-with.ts';
import { probeName } from '../folding/pattern.ts';

/** More interfaces with a smaller MTU than others are a kind of their own, as pods' are beside nodes'. */
const namedAtMost = 2;

/** Small packets pass, large ones do not, and no router says so: what path MTU discovery would get over. */
export function guessTooLarge(fold: Fold): LikelyCause {
  const { from, target } = nodesOf(fold);
  const interfaces = interfacesOf(fold);
  const isStream = fold.edges.every(({ protocol }) => protocol === 'TCP');
  return {
    likelyCause: isStream
      ? `connections of ${describePatterns(fold)} open, and then stall ${fromWhichSize(fold.edges)}: a segmentation or checksum offload, a device that loses what it can't put together, or an MTU that is too large for the path`
      : `${describePatterns(fold)} ${fold.also === undefined ? 'is' : 'are'} lost ${fromWhichSize(fold.edges)}, without an ICMP message that says so${interfaces}, and ${whatTakesLess(fold)}`,
    lookWith: onNode(from, `ip link; ip route get ${target}; tracepath -n ${target}`),
  };
}

/** Where exactly as much passes as the other end's interface takes, nothing else is to be looked for. */
function whatTakesLess({ edges }: Fold): string {
  const searched = edges.filter(({ size, protocol }) => protocol === 'UDP' && size?.passes !== undefined);
  const isAllOfEnds = searched.every(({ size, family }) => {
    const packet = packetOf(size?.passes ?? 0, family);
    return packet === size?.otherMtu && packet < (size.mtu ?? 0);
  });
  const ends = [...new Set(searched.map(({ to }) => probeName(to)))].slice(0, namedAtMost).join(' and ');
  return searched.length > 0 && isAllOfEnds
    ? `no larger packets pass than ${ends} can take: whoever sends is not told of that, since a filter drops the ICMP messages, or nobody sends them; or all interfaces should have the same MTU`
    : "something on the way takes less: a tunnel, a VPN, the cloud's own network; or a filter drops large packets, or ICMP";
}

/** ": the interfaces have an MTU of 1500 (node-1/node: 1400)": of whoever may send the largest, and of those that take less. */
function interfacesOf({ edges }: Fold): string {
  const mtus = new Map<string, number>();
  for (const { from, to, size } of edges) {
    if (size?.mtu != null) mtus.set(probeName(from), size.mtu);
    if (size?.otherMtu != null && to.via === undefined) mtus.set(probeName(to), size.otherMtu);
  }
  if (mtus.size === 0) return '';
  const most = Math.max(...mtus.values());
  const less = [...mtus].filter(([, mtu]) => mtu < most);
  const named = less.length === 0 ? '' : ` (${less.map(([name, mtu]) => `${name}: ${mtu}`).join(', ')})`;
  return `: the interfaces have an MTU of ${less.length > namedAtMost ? [...new Set(mtus.values())].join(' and ') : `${most}${named}`}`;
}

/** Ordinary datagrams pass; what is so short that a frame has to be padded, or is summed up wrongly, does not. */
export function guessTooSmall(fold: Fold): LikelyCause {
  const { to } = nodesOf(fold);
  return {
    likelyCause: `datagrams of ${describePatterns(fold)} are lost ${belowWhichSize(fold.edges)}, and larger ones arrive: a device or driver that counts the padding of short frames into the checksum, or cuts them off; an offload of checksums; or a filter that drops short packets`,
    lookWith: onNode(to, 'nstat -az UdpInCsumErrors Udp6InCsumErrors; ethtool -k eth0; nft list ruleset'),
  };
}

/** Shorter and longer ones pass. */
export function guessLength(fold: Fold): LikelyCause {
  const { to } = nodesOf(fold);
  return {
    likelyCause: `${describePatterns(fold)} ${fold.also === undefined ? 'is' : 'are'} lost ${ofWhichLength(fold.edges)}, and shorter and longer ones arrive: a filter that looks at lengths; or a device, driver or program on the way that fails at some (where it pads, aligns or adds a header of its own)`,
    lookWith: onNode(
      to,
      "nft list ruleset | grep -i length; iptables-save | grep -iE 'length|u32|bpf'; ip -s link; ethtool -S eth0",
    ),
  };
}

/** Whole packets of any size pass; what needs several does not. */
export function guessFragments(fold: Fold): LikelyCause {
  const { to } = nodesOf(fold);
  const searched = fold.edges.some(({ size }) => size?.passes !== undefined);
  return {
    likelyCause: `fragments of ${describePatterns(fold)} are dropped${searched ? ` ${fromWhichSize(fold.edges)}` : ''}: a filter or a network that takes no IP fragments (some clouds, eBPF programs, security groups), or too little memory to put them together`,
    lookWith: onNode(
      to,
      'nft list ruleset; nstat -az IpReasmFails IpReasmTimeout Ip6ReasmFails; sysctl net.ipv4.ipfrag_high_thresh',
    ),
  };
}
