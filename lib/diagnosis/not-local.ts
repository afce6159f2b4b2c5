import type { Edge } from '../verdict/run.ts';
import type { AddressFault } from './addresses/fault.ts';
import { onNode } from './guesses/look-with.ts';
import { translatorOf } from './through-services.ts';

/**
 * Failing edges of Services with a traffic policy of Local where pods of other nodes answer: one cause, be it seen by the wrong pod, by an answer where nobody may give one, or by
 * a source that was translated so that the answer finds its way back. null where each answer came from a pod of the right node.
 */
export function findNotLocal(failing: readonly Edge[], sound: readonly Edge[]): AddressFault | null {
  const strayed = failing.filter(isStrayed);
  const [first] = strayed;
  if (first === undefined) return null;
  const where = new Set(strayed.map(placeOf));
  const edges = failing.filter((edge) => isStrayed(edge) || (where.has(placeOf(edge)) && isOnlyMasked(edge)));
  const nodes = namesOf(strayed.map((edge) => translatorOf(edge)!));
  // What keeps to its node says so only where a pod of another one might have answered instead.
  const isEverywhere = !sound.some((edge) => edge.to.via?.policy === 'Local' && !nodes.includes(translatorOf(edge)!));
  const at = isEverywhere ? '' : ` on ${nodes.join(', ')}`;
  const services = namesOf(strayed.map(({ to }) => to.via!.service));
  const whose = `${services.length === 1 ? 'the Service' : 'the Services'} ${services.join(' and ')}`;
  return {
    edges,
    likelyCause: `a traffic policy of Local is not kept${at}: pods of other nodes answer through ${whose}; kube-proxy, or what stands in for it, does not know these policies, or something has changed the Services`,
    evidence: [evidenceOf(strayed, edges)],
    lookWith: onNode(
      translatorOf(first)!,
      'iptables -t nat -S | grep -e KUBE-XLB -e KUBE-SVL -e KUBE-EXT; nft list ruleset | grep -i local',
    ),
  };
}

/** "pods of other nodes answered 16 dials through internal-local and external-local, as node-2/pod-b that of node-1/pod-a to node-1; 5 more arrived from another address than the dialler's". */
function evidenceOf(strayed: readonly Edge[], edges: readonly Edge[]): string {
  const [first] = strayed;
  const { from, to, responderSees } = first!;
  const more = edges.length - strayed.length;
  const dials = strayed.length === 1 ? '1 dial' : `${strayed.length} dials`;
  const example = `${responderSees!.who} that of ${from.node}/${from.probe} by the ${to.via!.kind}${to.via!.node === null ? '' : ` of ${to.via!.node}`}`;
  const masked = more === 0 ? '' : `; ${more} more arrived from another address than the dialler's`;
  return `pods of other nodes answered ${dials}, as ${example}${masked}`;
}

/** Somebody else's pods answered than those of the node that has to choose. */
function isStrayed(edge: Edge): boolean {
  const { to, problems, responderSees } = edge;
  if (to.via?.policy !== 'Local' || responderSees === null) return false;
  if (problems.includes('not denied')) return true;
  return problems.includes('wrong responder') && responderSees.who.split('/', 1)[0] !== translatorOf(edge);
}

function isOnlyMasked({ problems }: Edge): boolean {
  return problems.every((problem) => problem === 'source address translated' || problem === 'source port translated');
}

function placeOf(edge: Edge): string {
  return `${edge.to.via?.service} ${translatorOf(edge)}`;
}

function namesOf(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
