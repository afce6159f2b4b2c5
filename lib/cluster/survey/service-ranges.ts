/** From which ranges does this cluster take the addresses of its Services? */
import { isIP } from 'node:net';
import type { Api } from '../api/api.ts';
import { ClusterError, statusOf } from '../api/errors.ts';
import { canonicalAddress } from '../addresses.ts';
import type { Survey } from '../model.ts';
import { listAll } from '../api/pages.ts';

type Ranges = Survey['serviceRanges'];

const servicesSeen = 500;

/** Addresses reserved for documentation: in no cluster's range. */
const nobodysAddress = { IPv4: '192.0.2.1', IPv6: '2001:db8::1' } as const;

/** ServiceCIDR objects; where there are none, the range that the API server names when it rejects an address outside it, or else the ClusterIPs in use. Notes say why the range is not known. */
export async function serviceRanges(api: Api): Promise<{ ranges: Ranges; notes: string[] }> {
  for (const client of [api.networking, api.networkingBeta]) {
    try {
      const items = await listAll((page) => client.listServiceCIDR(page));
      const ranges = items.flatMap(({ metadata, spec }) =>
        (spec?.cidrs ?? []).map((range) => ({ range, source: `ServiceCIDR ${metadata?.name}` })),
      );
      if (ranges.length > 0) return { ranges, notes: [] };
    } catch (error) {
      const status = statusOf(error);
      if (status !== 404 && status !== 403) throw error;
    }
  }
  const [four, six] = await Promise.all([refusedRange(api, 'IPv4'), refusedRange(api, 'IPv6')]);
  const ranges = [...four.ranges, ...six.ranges];
  if (ranges.length > 0) return { ranges, notes: [] };
  const seen = await clusterIPsSeen(api);
  const instead = seen.length === 0 ? '' : `; ${seen.length} ClusterIPs that were seen stand for it`;
  // Of the family that the cluster has not, the API server says only that.
  const { why } = four.why.includes('not configured') ? six : four;
  return { ranges: seen, notes: [`the Service range is not known: ${why}${instead}`] };
}

/** The fallback: each ClusterIP of the first Services listed, as a range of one address; none where they may not be listed. */
async function clusterIPsSeen(api: Api): Promise<Ranges> {
  try {
    const { items } = await api.core.listServiceForAllNamespaces({ limit: servicesSeen });
    const addresses = items
      .flatMap(({ spec }) => spec?.clusterIPs ?? [spec?.clusterIP ?? ''])
      .filter((address) => isIP(address));
    return [...new Set(addresses.map(canonicalAddress))].map((address) => ({
      range: `${address}/${isIP(address) === 6 ? 128 : 32}`,
      source: 'ClusterIPs seen',
    }));
  } catch (error) {
    if (statusOf(error) === null) throw error;
    return [];
  }
}

/** Requests (dry run, creating nothing) a Service at an address outside any range. */
async function refusedRange(api: Api, family: 'IPv4' | 'IPv6'): Promise<{ ranges: Ranges; why: string }> {
  try {
    await api.core.createNamespacedService({
      namespace: 'default',
      dryRun: 'All',
      body: {
        metadata: { generateName: 'flatnet-range-' },
        spec: { clusterIP: nobodysAddress[family], ipFamilies: [family], ports: [{ port: 1 }] },
      },
    });
    return { ranges: [], why: 'the API server accepts any address' };
  } catch (error) {
    if (!(error instanceof ClusterError) || error.status === null) throw error;
    const named = rangesIn(error.detail ?? '');
    return {
      ranges: named.map((range) => ({ range, source: 'the API server’s own error message' })),
      why: error.detail ?? error.message,
    };
  }
}

/** Every range in a sentence like "… The range of valid IPs is 10.96.0.0/12". */
export function rangesIn(sentence: string): string[] {
  const [, tail = ''] = sentence.split(/range of valid IPs is/i);
  return [...tail.matchAll(/([0-9a-fA-F:.]+)\/\d{1,3}/g)]
    .filter(([, address = '']) => isIP(address))
    .map(([range]) => range);
}
