import type { Fold } from './explained.ts';
import type { Edge } from '../../verdict/run.ts';
import { isRequest, type Observation } from './observations.ts';

/**
 * Datagrams to an address and port that refuses others are refused as well, though nothing says so: a kernel sends few ICMP errors a second to each peer. Seen at
 * the NodePorts of a node that does not know them: 20 of 48 dials refused, the others lost; with fewer dials, all at two of three ports. A node's ports for Services count as one.
 */
export function refusedInSilence<O extends Observation>(failing: O[]): O[] {
  const at = ({ edge: { to, protocol, port } }: O): string =>
    `${protocol} ${to.address} ${to.via?.kind === 'NodePort' ? '' : port}`;
  const refusing = new Set(failing.filter(({ edge }) => edge.protocol === 'UDP' && wasRefused(edge)).map(at));
  return failing.map((one) =>
    one.edge.problems[0] === 'timeout' && one.edge.lostLeg !== 'reply' && refusing.has(at(one))
      ? { ...one, symptom: 'refused', suspect: one.suspect.filter(isRequest), sound: [] }
      : one,
  );
}

/** At last, or once: whoever was asked calmly may get no more of its errors than before. */
function wasRefused({ problems, rounds }: Edge): boolean {
  return (
    problems[0] === 'refused' || (problems[0] === 'timeout' && rounds.some(({ outcome }) => outcome === 'refused'))
  );
}

/** Whether each of its dials that were asked again was answered as well: something rejects now and then, and which dials it strikes is chance. What stands with more than these stands with others. */
export function isRefusedAtTimes({ symptom, edges }: Pick<Fold, 'symptom' | 'edges'>): boolean {
  const { asked = [], standing = [] } = Object.groupBy(edges, ({ standsWith }) =>
    standsWith === 0 ? 'asked' : 'standing',
  );
  return (
    symptom === 'refused' &&
    asked.length > 0 &&
    standing.every(({ standsWith }) => standsWith <= asked.length) &&
    asked.every(({ attempts, answered, outcome }) => answered > 0 && answered < attempts && outcome !== 'timeout')
  );
}

/** Whether none of its dials was asked again: what they stand with tells of them. */
export function onlyStands({ edges }: Pick<Fold, 'edges'>): boolean {
  return edges.every(({ standsWith }) => standsWith > 0);
}
