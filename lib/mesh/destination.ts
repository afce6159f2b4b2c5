import type { Probe } from '../cluster/model.ts';
import type { Family, Protocol } from '../conversations/basics.ts';

/** By which kind of address a Service is dialled. */
type ServiceAddress = 'ClusterIP' | 'NodePort' | 'name';

/** The Service that a dial goes through. */
export interface Via {
  service: string;
  kind: ServiceAddress;
  /** The node whose port is dialled; null when it is not a node's port. */
  node: string | null;
  /** Only pods of the node that translates may answer. */
  policy?: 'Local';
  /** Further ports that it has, each of which leads to the same one of the pods behind it. */
  alike?: readonly number[];
}

/** Where dials go, and who may answer there: a probe at its own address, or a Service with probes behind it. */
export interface Destination {
  /** Unique per destination of a run: a probe's uid, or a Service with its addresses and ports. */
  id: string;
  /** For messages: "node-2/pod-a", "the Service one by its ClusterIP". */
  name: string;
  /** One per family. */
  addresses: Partial<Record<Family, string>>;
  /** One per protocol; a protocol without one is not dialled. */
  ports: Partial<Record<Protocol, number>>;
  /** The uids of the probes that may answer. Empty: nobody may. */
  mayAnswer: ReadonlySet<string>;
  /** Probes to ask what arrived, where a dial fails. */
  responders: readonly Probe[];
  /** The node of all probes that may answer; null when they are on several. */
  node: string | null;
  /** null: a probe is dialled at its own address. */
  via: Via | null;
}

/** A probe at its own address and the port where it listens. */
export function destinationOf(to: Probe | Destination): Destination {
  if ('responders' in to) return to;
  const { uid, node, name, addresses, hello } = to;
  return {
    id: uid,
    name: `${node}/${name}`,
    addresses,
    ports: { TCP: hello.port, UDP: hello.port },
    mayAnswer: new Set([uid]),
    responders: [to],
    node,
    via: null,
  };
}

/** A Service, by one kind of address: `backends` may answer. `responders`: who else is asked what arrived, where it should not. */
export function throughService(
  via: Via,
  {
    backends,
    responders = backends,
    ...where
  }: Pick<Destination, 'addresses' | 'ports'> & { backends: readonly Probe[]; responders?: readonly Probe[] },
): Destination {
  const { service, kind, node } = via;
  const how = node === null ? `its ${kind}` : `the ${kind} of ${node}`;
  const nodes = new Set(backends.map((probe) => probe.node));
  const [only = null] = nodes;
  return {
    ...where,
    id: [service, kind, node, ...Object.values(where.addresses), ...Object.values(where.ports)].join(' '),
    name: `the Service ${service} by ${how}`,
    mayAnswer: new Set(backends.map(({ uid }) => uid)),
    responders,
    node: nodes.size === 1 ? only : null,
    via,
  };
}

/** At which port the pod behind a Service, which listens at `usual`, receives what is sent to that one. */
export function portBehind({ via }: Pick<Destination, 'via'>, port: number, { usual }: { usual: number }): number {
  return via === null || isAlike({ via }, port) ? port : usual;
}

/** Whether it is one of a Service's further ports: see `Via.alike`. */
export function isAlike({ via }: Pick<Destination, 'via'>, port: number): boolean {
  return via?.alike?.includes(port) === true;
}

/** Whether only the dialling probe itself may answer. */
export function isItself(from: Probe, { mayAnswer }: Destination): boolean {
  return mayAnswer.size === 1 && mayAnswer.has(from.uid);
}

/** Nodes that a dial there certainly reaches. */
export function nodesAt({ node, via }: Destination): string[] {
  return [...new Set([node, via?.node ?? null])].filter((one) => one !== null);
}

/** The kind of address that is dialled: "pod", "node", "ClusterIP". */
export function kindOf({ responders, via }: Destination): string {
  return via?.kind ?? responders[0]?.kind ?? 'nobody';
}

/** Dials of one source to destinations of one place take the same path: to the same node, or through the same Service. */
export function placeOf(to: Destination): string {
  return to.node === null ? to.id : nodesAt(to).join(' ');
}
