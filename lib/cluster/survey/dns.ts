/** The cluster's DNS, by its Service. */
import type { V1Service } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { statusOf } from '../api/errors.ts';
import { podsNow } from '../api/pods-now.ts';
import type { ClusterDns } from '../model.ts';
import { addressesOf, apiServiceNow } from './api-server.ts';

/** kubeadm's label, which other distributions keep, whatever serves there. */
const dnsLabel = 'k8s-app=kube-dns';

/** The Service of the cluster's DNS, and what it must know; a sentence where there is none, or none may be looked for. Two requests. */
export async function findDns(api: Api): Promise<ClusterDns | string> {
  try {
    const [all, own] = await Promise.all([
      api.core.listServiceForAllNamespaces({ labelSelector: dnsLabel, limit: 10 }),
      apiServiceNow(api),
    ]);
    const dns = all.items.find(({ spec }) => Object.keys(addressesOf(spec)).length > 0);
    if (dns === undefined) return `the cluster has no Service for DNS (labelled ${dnsLabel})`;
    return {
      name: `${dns.metadata?.namespace}/${dns.metadata?.name}`,
      namespace: dns.metadata?.namespace ?? '',
      selector: dns.spec?.selector ?? {},
      addresses: addressesOf(dns.spec),
      ports: { UDP: portOf(dns, 'UDP'), TCP: portOf(dns, 'TCP') },
      kubernetes: addressesOf(own?.spec),
    };
  } catch (error) {
    if (statusOf(error) === 403) return 'no permission to list Services, so none for DNS is known';
    throw error;
  }
}

/** Nodes on which its pods run, by its Service's selector; none where that can't be learned, or the Service has none. */
export async function nodesOfDns(api: Api, { namespace, selector }: ClusterDns): Promise<string[]> {
  if (Object.keys(selector).length === 0) return [];
  const pods = (await podsNow(api, { namespace, labels: selector })) ?? [];
  return [...new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []))].toSorted();
}

function portOf({ spec }: V1Service, protocol: string): number | null {
  return (
    spec?.ports?.find((one) => (one.protocol ?? 'TCP') === protocol && (one.name ?? 'dns').startsWith('dns'))?.port ??
    null
  );
}
