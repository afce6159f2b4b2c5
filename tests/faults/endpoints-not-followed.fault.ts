import { ranges } from '../../lab/addresses.ts';
import { fixedSourcePort } from '../../lib/service-paths/further/moving.ts';
import { chainFault, familyOf } from './chain.ts';
import type { Fault } from './fault.ts';
import { kubeProxyStopped } from './kube-proxy-stopped.fault.ts';

/** kube-proxy of one node gets stuck while the run goes on: it knows all Services, and misses what becomes of them. */
export const proxyStuckLater: Fault = {
  ...kubeProxyStopped,
  name: 'kube-proxy stuck while pods change',
  when: 'after services/session-affinity',
  breaks: { facts: ['endpoints are not followed'] },
  verdict: 'conformant',
  says: [/on node-2 has not followed a change of a Service's pods/, /\d+ ways from node-2 did not follow/],
  causes: 1,
};

/**
 * Flows of UDP through Services that one node's connection tracking knows from before go on to the pod that they went to, as where kube-proxy does not clear such entries:
 * new ones follow. Planted by the one source port that is spoken from all the time; what the kernel tracks itself kube-proxy of the lab does clear.
 */
export const staleFlows = chainFault({
  name: 'stale connection tracking',
  when: 'after services/session-affinity',
  node: 'node-2',
  hook: 'nat hook prerouting priority -110',
  rules: ({ pods }) =>
    pods
      .filter(({ node, probe }) => node === 'node-1' && probe === 'pod-b')
      .flatMap(({ ips }) => ips.map((ip) => [familyOf(ip), ip] as const))
      .map(
        ([family, ip]) =>
          `udp sport ${fixedSourcePort} ${family} daddr ${family === 'ip' ? ranges.services.ipv4 : ranges.services.ipv6} dnat ${family} to ${ip}`,
      ),
  breaks: { facts: ['endpoints are not followed'] },
  verdict: 'conformant',
  says: [/stale connection tracking on node-2: UDP from a source port/, /ways from node-2 did not follow/],
  causes: 1,
});
