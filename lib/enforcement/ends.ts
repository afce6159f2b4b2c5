import type { Probe } from '../cluster/model.ts';
import { portBehind } from '../mesh/destination.ts';
import type { PlannedDial } from '../mesh/dialled.ts';
import { allows } from '../policy/model.ts';
import type { End, Policy, Rules } from '../policy/objects.ts';
import { portNames } from '../cluster/model.ts';
import { probeLabel } from './steps/step.ts';

/**
 * Whether these rules forbid a dial between probes of a run, by the API's own rules; null where they leave it open. Through a Service the pod behind
 * it is meant. Whether its address is translated before policies see it is not defined: what depends on that (blocks of addresses, a port that is
 * another one at the pod) is open.
 */
export function forbids(
  { policies, ...labelled }: Rules,
  { from, to, protocol, port }: Pick<PlannedDial, 'from' | 'to' | 'protocol' | 'port'>,
  namespace: string,
): boolean | null {
  const [responder] = to.responders;
  if (responder === undefined) return null;
  const ends = { from: endOf(from, { namespace, ...labelled }), to: endOf(responder, { namespace, ...labelled }) };
  const isForbidden = (at: number): boolean | null => {
    const allowed = allows(policies, { ...ends, protocol, port: at });
    return allowed === null ? null : !allowed;
  };
  if (to.via === null) return isForbidden(port);
  const [before, after] = [isForbidden(port), isForbidden(portBehind(to, port, { usual: responder.hello.port }))];
  return before === after && !policies.some(namesBlocks) ? after : null;
}

function namesBlocks({ spec: { ingress = [], egress = [] } }: Policy): boolean {
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
  return peers.some(({ ipBlock }) => ipBlock !== undefined);
}

/** A probe as the model knows it, with the labels that policies of a run select by. */
export function endOf(
  { kind, node, pod, name, addresses, hello, ...probe }: Probe,
  { namespace: own, labels = {}, guestLabels = {} }: { namespace: string } & Omit<Rules, 'policies'>,
): End {
  const all = Object.values(addresses);
  const { namespace = own } = probe;
  if (kind === 'node') return { kind: 'outside', node, addresses: all };
  return {
    kind: 'pod',
    namespace,
    name: pod,
    node,
    labels: { [probeLabel]: name, ...labels[name] },
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace, ...(namespace === own ? {} : guestLabels) },
    addresses: all,
    ports: (['TCP', 'UDP'] as const).map((protocol) => ({ name: portNames[protocol], port: hello.port, protocol })),
  };
}
