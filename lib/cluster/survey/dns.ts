/** The cluster's DNS, by its Service. */
import type { V1Pod, V1Service, V1ServicePort } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { statusOf } from '../api/errors.ts';
import { podsNow } from '../api/pods-now.ts';
import type { BehindDns, ClusterDns } from '../model.ts';
import type { Protocol } from '../../conversations/basics.ts';
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
      ports: { UDP: portOf(dns, 'UDP')?.port ?? null, TCP: portOf(dns, 'TCP')?.port ?? null },
      targetPorts: { UDP: targetOf(dns, 'UDP'), TCP: targetOf(dns, 'TCP') },
      kubernetes: addressesOf(own?.spec),
    };
  } catch (error) {
    if (statusOf(error) === 403) return 'no permission to list Services, so none for DNS is known';
    throw error;
  }
}

/** Its pods, by its Service's selector: nothing is known of them where they may not be listed, or the Service has none. */
export async function behindDns(api: Api, { namespace, selector, targetPorts }: ClusterDns): Promise<BehindDns> {
  const isSelecting = Object.keys(selector).length > 0;
  const pods = isSelecting ? ((await podsNow(api, { namespace, labels: selector })) ?? []) : [];
  const portAt = (protocol: Protocol): number | null => {
    const target = targetPorts[protocol];
    return typeof target === 'string' ? namedPort(pods, { name: target, protocol }) : target;
  };
  return {
    on: [...new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []))].toSorted(),
    ports: { UDP: portAt('UDP'), TCP: portAt('TCP') },
  };
}

/** The one that pods call so; null where none does, or some call another one so. */
function namedPort(pods: readonly V1Pod[], { name, protocol }: { name: string; protocol: Protocol }): number | null {
  const all = pods.flatMap(({ spec }) => [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]);
  const found = all.flatMap(({ ports = [] }) =>
    ports.filter((one) => one.name === name && (one.protocol ?? 'TCP') === protocol),
  );
  const [port = null, ...others] = new Set(found.map(({ containerPort }) => containerPort));
  return others.length === 0 ? port : null;
}

function portOf({ spec }: V1Service, protocol: Protocol): V1ServicePort | undefined {
  return spec?.ports?.find((one) => (one.protocol ?? 'TCP') === protocol && (one.name ?? 'dns').startsWith('dns'));
}

/** The same port, where it says nothing of it. */
function targetOf(dns: V1Service, protocol: Protocol): number | string | null {
  const found = portOf(dns, protocol);
  return found === undefined ? null : (found.targetPort ?? found.port);
}
