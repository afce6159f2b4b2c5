/** Services of every kind beside plain ClusterIPs: several clauses need them, so that they are made at once, and waited for once. */
import type { MadeService, Probe } from '../../cluster/model.ts';
import { awaitAnswers } from '../../mesh/awaited.ts';
import type { Destination } from '../../mesh/destination.ts';
import type { Session } from '../../verdict/session.ts';
import type { WorkKey } from '../../verdict/shared-work.ts';
import { byClusterIP, byNodePort, wantedFor } from '../destinations.ts';
import { ownAddresses, type OwnAddresses } from '../own-addresses/own-addresses.ts';
import { programmedWithinMs, refusalOf } from '../own-services.ts';
import { placesFor, type Places } from './places.ts';

export interface FurtherServices {
  places: Places;
  /** Every node's ports, of each Service with one pod; and those of the Service with `externalTrafficPolicy: Local`. Empty where there are none. */
  nodePorts: Destination[];
  external: Destination[];
  /** Why NodePorts can't be had; null: they can. */
  refused: string | null;
  /** `internalTrafficPolicy: Local`, as it is to look like from each node: by the node's name. */
  internal: ReadonlyMap<string, Destination>;
  /** `sessionAffinity: ClientIP`. */
  affine: Destination;
  /** Whose pods change: the Service with one pod or the other behind it, and with none. */
  moving: { service: string; one: Destination; other: Destination; none: Destination };
  own: OwnAddresses;
}

export type Needed = Pick<
  Session,
  'pods' | 'nodes' | 'families' | 'exchange' | 'breaksPromise' | 'createServices' | 'once' | 'roundTripMs'
>;

/** The name of the Service that has no address, with the pods of `places.named` behind it. */
export const headless = 'headless';

/** As the API server has made them. */
interface Made {
  places: Places;
  ports: { made: MadeService[]; refused: string | null };
  others: MadeService[];
}

const made: WorkKey<Made> = { name: 'Services of every other kind' };
const known: WorkKey<FurtherServices> = { name: 'Services of every other kind, known to all nodes' };

/** Makes them, once in a run; no node needs to know them yet. Throws what `createServices` throws, but not for NodePorts. */
export function makeFurtherServices(
  session: Pick<Needed, 'pods' | 'nodes' | 'createServices' | 'once'>,
): Promise<Made> {
  return session.once(made, () => makeAll(session));
}

/** Waits until each node knows them, once in a run. Throws what `createServices` throws, but not for NodePorts. */
export function furtherServices(session: Needed): Promise<FurtherServices> {
  return session.once(known, () => awaitAll(session));
}

async function makeAll({
  pods,
  nodes,
  createServices,
}: Pick<Needed, 'pods' | 'nodes' | 'createServices'>): Promise<Made> {
  const places = placesFor({ pods, nodes });
  const { singles, behind, affine, moving } = places;
  const [ports, others] = await Promise.all([
    orRefused(
      createServices([
        ...singles.map((pod, n) => wantedFor(`node-port-${n + 1}`, [pod], { type: 'NodePort' })),
        wantedFor('external-local', behind, { type: 'NodePort', asks: { externalTrafficPolicy: 'Local' } }),
      ]),
    ),
    createServices([
      wantedFor('internal-local', behind, { asks: { internalTrafficPolicy: 'Local' } }),
      wantedFor('affine', affine, { asks: { sessionAffinity: 'ClientIP' } }),
      wantedFor('moving', [moving.one]),
      // Long before it is asked for: a name that is not known yet may be remembered as such.
      wantedFor(headless, places.named, { asks: { clusterIP: 'None' } }),
    ]),
  ]);
  return { places, ports, others };
}

async function awaitAll(session: Needed): Promise<FurtherServices> {
  const { pods, nodes, families } = session;
  const [own, { places, ports, others }] = await Promise.all([ownAddresses(session), makeFurtherServices(session)]);
  const { singles, behind, affine: many, moving } = places;
  const [internal, affine, moved] = others as [MadeService, MadeService, MadeService];
  const external = ports.made.at(-1);
  const services = {
    nodePorts: singles.flatMap((pod, n) =>
      ports.made.slice(n, n + 1).flatMap((one) => nodes.map((at) => byNodePort(one, { at, backends: [pod] }))),
    ),
    external: nodes.flatMap((at) =>
      external === undefined ? [] : [keepingToNodes(byNodePort(external, { at, ...onlyOn(at.node, behind) }))],
    ),
    internal: new Map([...pods, ...nodes].map(({ node }) => [node, byClusterIPFrom(node, internal, behind)])),
    affine: byClusterIP(affine, many),
    moving: movingOf(moved, moving),
  };
  await awaitAnswers(
    {
      from: [...pods.filter((pod) => places.clients.includes(pod)), ...nodes],
      to: [...services.nodePorts, ...services.internal.values(), services.affine, services.moving.one],
      families,
      pairs: (from, to) => isOwn(from, to, services.internal) && own.worksWholly(from, to),
    },
    { withinMs: programmedWithinMs, roundTripMs: session.roundTripMs() },
  );
  return { places, ...services, refused: ports.refused, own };
}

/** A node waits for its own ports, and for what it dials by ClusterIP where somebody may answer. */
function isOwn(from: Probe, to: Destination, internal: FurtherServices['internal']): boolean {
  if (to.mayAnswer.size === 0) return false;
  if (to.via?.kind === 'NodePort') return to.via.node === from.node;
  return ![...internal].some(([node, one]) => one === to && node !== from.node);
}

/** Whether NodePorts may be had is for the cluster to say; it breaks no promise. */
async function orRefused(making: Promise<MadeService[]>): Promise<{ made: MadeService[]; refused: string | null }> {
  const refused = (words: string): { made: MadeService[]; refused: string } => ({
    made: [],
    refused: `no Service of type NodePort may be made here: ${words}`,
  });
  try {
    const services = await making;
    const words = services.find(({ noNodePorts }) => noNodePorts !== undefined)?.noNodePorts;
    return words === undefined ? { made: services, refused: null } : refused(words);
  } catch (error) {
    return refused(refusalOf(error));
  }
}

/** Of some pods those of one node may answer; where there are none, whoever answers is one of the others. */
function onlyOn(node: string, behind: readonly Probe[]): { backends: Probe[]; responders: readonly Probe[] } {
  const backends = behind.filter((pod) => pod.node === node);
  return { backends, responders: backends.length > 0 ? backends : behind };
}

function keepingToNodes(to: Destination): Destination {
  return { ...to, via: to.via === null ? null : { ...to.via, policy: 'Local' } };
}

/** The same address from every node, and not the same pods that may answer. */
function byClusterIPFrom(node: string, service: MadeService, behind: readonly Probe[]): Destination {
  const { backends, responders } = onlyOn(node, behind);
  const whole = keepingToNodes(byClusterIP(service, behind));
  return {
    ...whole,
    id: `${whole.id} from ${node}`,
    mayAnswer: new Set(backends.map(({ uid }) => uid)),
    responders,
    node: backends.length > 0 ? node : null,
  };
}

function movingOf(service: MadeService, { one, other }: Places['moving']): FurtherServices['moving'] {
  const whole = byClusterIP(service, [one, other]);
  const having = (name: string, pods: readonly Probe[]): Destination => ({
    ...whole,
    id: `${whole.id} with ${name}`,
    mayAnswer: new Set(pods.map(({ uid }) => uid)),
    // Whoever had it may still get some.
    responders: [one, other],
    node: pods[0]?.node ?? null,
  });
  return {
    service: service.name,
    one: having('one', [one]),
    other: having('the other', [other]),
    none: having('none', []),
  };
}
