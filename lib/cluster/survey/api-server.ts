/** The API server as pods know it: the Service `kubernetes` of the namespace `default`, which the API server makes itself. */
import type { V1Service } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { statusOf } from '../api/errors.ts';
import type { ApiEndpoint, ApiService, MadeService } from '../model.ts';

const namespace = 'default';
const name = 'kubernetes';
/** There is one a family; of more servers than they name nobody would ask. */
const slicesAtMost = 10;

/** It, or a sentence where there is none, or none may be looked for. One request. */
export async function findApiService(api: Api): Promise<ApiService | string> {
  try {
    const spec = (await apiServiceNow(api))?.spec;
    const addresses = addressesOf(spec);
    const ports = spec?.ports?.filter(({ protocol = 'TCP' }) => protocol === 'TCP') ?? [];
    const port = (ports.find((one) => one.name === 'https') ?? ports[0])?.port;
    return port === undefined || Object.keys(addresses).length === 0
      ? `the cluster has no Service ${namespace}/${name} with an address and a port of TCP`
      : { name: `${namespace}/${name}`, addresses, port };
  } catch (error) {
    if (statusOf(error) === 403) return `no permission to list Services, so ${namespace}/${name} is not known`;
    throw error;
  }
}

/** The servers behind it that are ready, but for where they are; null where that may not be learned. One request. */
export async function serversBehind(api: Api): Promise<Omit<ApiEndpoint, 'node'>[] | null> {
  try {
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const { items } = await api.discovery.listNamespacedEndpointSlice({
      namespace,
      labelSelector,
      limit: slicesAtMost,
    });
    return items.flatMap(({ endpoints, ports }) =>
      (ports ?? []).flatMap(({ port, protocol = 'TCP' }) =>
        port === undefined || protocol !== 'TCP'
          ? []
          : (endpoints ?? [])
              .filter(({ conditions }) => conditions?.ready !== false)
              .flatMap(({ addresses }) => addresses.slice(0, 1).map((address) => ({ address, port }))),
      ),
    );
  } catch (error) {
    if ([403, 404].includes(statusOf(error) ?? 0)) return null;
    throw error;
  }
}

/** Its object, as it is at the moment. */
export async function apiServiceNow(api: Api): Promise<V1Service | undefined> {
  const fieldSelector = `metadata.name=${name}`;
  return (await api.core.listNamespacedService({ namespace, fieldSelector, limit: 1 })).items[0];
}

/** The addresses of a Service, one a family. */
export function addressesOf(spec: V1Service['spec']): MadeService['clusterIPs'] {
  const all = (spec?.clusterIPs ?? [spec?.clusterIP ?? '']).filter((address) => /[.:]/.test(address));
  return Object.fromEntries(all.map((address) => [address.includes(':') ? 'IPv6' : 'IPv4', address]));
}
