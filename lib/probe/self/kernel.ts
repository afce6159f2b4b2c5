/** What the kernel reports about this network namespace, without sending a packet. */
import { existsSync, readFileSync } from 'node:fs';
import { ownAddresses } from './addresses.ts';
import type { KernelRecord } from '../../conversations/kernel.ts';

/** Reads /proc/sys/net/netfilter and /sys/class/net; what can't be read is null. */
export function readKernel(): KernelRecord {
  const count = numberIn('/proc/sys/net/netfilter/nf_conntrack_count');
  const max = numberIn('/proc/sys/net/netfilter/nf_conntrack_max');
  const udpTimeoutSeconds = numberIn('/proc/sys/net/netfilter/nf_conntrack_udp_timeout');
  const byName = Map.groupBy(ownAddresses(), ({ name }) => name);
  return {
    kind: 'kernel',
    conntrack: count === null || max === null ? null : { count, max },
    ...(udpTimeoutSeconds === null ? {} : { udpTimeoutSeconds }),
    links: [...byName].map(([name, addresses]) => ({
      name,
      addresses: addresses.map(({ address }) => address),
      hardware: existsSync(`/sys/class/net/${name}/device`),
      speedMbps: numberIn(`/sys/class/net/${name}/speed`),
    })),
  };
}

/** null for what does not exist, can't be read (EINVAL: the link is down) or is not known (-1). */
function numberIn(file: string): number | null {
  try {
    const number = Number(readFileSync(file, 'utf8'));
    return Number.isFinite(number) && number >= 0 ? number : null;
  } catch {
    return null;
  }
}
