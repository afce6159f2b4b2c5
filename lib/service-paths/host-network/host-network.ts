/** Services whose pods are on the host network: what is sent to them ends at an address of a node, and meets other rules there than what is forwarded to a pod. */
import { sameAddress } from '../../cluster/addresses.ts';
import type { Destination } from '../../mesh/destination.ts';
import type { Dialled, Exchanged } from '../../mesh/dialled.ts';
import { evenly } from '../../mesh/evenly.ts';
import { everyPair, pathOf } from '../../mesh/pairs.ts';
import type { Session } from '../../verdict/session.ts';
import { byClusterIP, serviceName, wantedFor } from '../destinations.ts';
import { refusalOf } from '../own-services.ts';
import { judgedOf, ownAddresses, type Judged } from '../own-addresses/own-addresses.ts';

/** Dials to Services with a probe of the host network behind each. Those whose ways are dead at the nodes' own addresses are set aside. */
export interface OnHostNetwork extends Judged {
  /** Of pods, those that were answered, and must have kept the pod's address: they do without a Service, and through Services with ordinary pods. */
  keeping: Exchanged;
}

/** As many have a Service, at most: of more nodes an even share. A range of a /24 has room for them beside those of ordinary pods. */
const hostsAtMost = 50;

/** One for each node: they listen on ports of their own, so that one Service can't have them all. None where no probe is on the host network, or the cluster refuses more Services: those of ordinary pods are there all the same. */
export async function servicesOnHostNetwork({
  nodes: all,
  createServices,
}: Pick<Session, 'nodes' | 'createServices'>): Promise<{ hosts: Destination[]; without: string | null }> {
  const nodes = evenly(all, { most: hostsAtMost });
  if (nodes.length === 0) return { hosts: [], without: 'there is no probe on the host network' };
  const wanted = nodes.map((node, n) => wantedFor(serviceName('host-network-of', node, n), [node]));
  try {
    const made = await createServices(wanted);
    return { hosts: nodes.map((node, n) => byClusterIP(made[n]!, [node])), without: null };
  } catch (error) {
    return { hosts: [], without: `none may be made here: ${refusalOf(error)}` };
  }
}

type Needed = Parameters<typeof ownAddresses>[0];

/** What is to be judged of dials there. `toPods`: dials of the same pods through Services with ordinary pods. `without`: why there are none. */
export async function judgedOnHostNetwork(
  exchanged: Exchanged,
  { session, toPods, without }: { session: Needed; toPods: Exchanged; without: string | null },
): Promise<OnHostNetwork> {
  const { pods, nodes } = session;
  const { judged, excused } = await judgedOf(
    without === null ? exchanged : { ...exchanged, nothingToDial: without },
    await ownAddresses(session),
  );
  const direct = await session.exchange({ from: pods, to: nodes, pairs: everyPair });
  // Plugins may masquerade what pods send to nodes, which is for the flat network's clauses to tell; and who is masqueraded through every Service is told by those of pods.
  const keeping = new Set(direct.dialled.filter(isAddressKept).map(pathOf));
  const masqueraded = new Set(toPods.dialled.filter(isAddressTranslated).map(({ from }) => from.uid));
  const telling = judged.dialled.filter(
    (dial) => isAnswered(dial) && keeping.has(pathOf(directly(dial))) && !masqueraded.has(dial.from.uid),
  );
  const nothing = telling.length === 0 ? { nothingToDial: judged.nothingToDial ?? noneKept } : {};
  return { judged, excused, keeping: { ...judged, dialled: telling, ...nothing } };
}

const noneKept = 'no pod’s address is kept on its way to a node without a Service either';

/** The same at the node's own address. */
function directly(dial: Dialled): Parameters<typeof pathOf>[0] {
  const [id = ''] = dial.to.mayAnswer;
  return { ...dial, to: { id } };
}

function isAnswered({ record, inconclusive }: Dialled): boolean {
  return record?.outcome === 'delivered' && inconclusive === null;
}

function isAddressKept(dial: Dialled): boolean {
  return isAnswered(dial) && !isAddressTranslated(dial);
}

function isAddressTranslated({ record }: Dialled): boolean {
  const local = record?.local?.address;
  return local !== undefined && record!.views.some(({ peer }) => !sameAddress(peer.address, local));
}
