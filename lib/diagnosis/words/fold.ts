import type { Edge } from '../../verdict/run.ts';
import type { Fold } from '../folding/explained.ts';
import { countLoss, isBrokenOff } from '../folding/loss.ts';
import type { Symptom } from '../folding/observations.ts';
import { probeName } from '../folding/pattern.ts';
import { isRefusedAtTimes } from '../folding/refused.ts';
import { describePattern } from './pattern.ts';
import { afterHowMuch, belowWhichSize, fromWhichSize, ofWhichLength } from './sizes.ts';

/** One sentence of evidence: what, how, how often. */
export function describeFold(fold: Fold): string {
  return `${describePattern(fold.pattern)} ${howItFails(fold)} (${countWords(fold)}${besidesWords(fold)})`;
}

function howItFails({ symptom, edges, partly }: Fold): string {
  const atTimes = partly || isRefusedAtTimes({ symptom, edges }) ? ' at times' : '';
  const [edge] = edges;
  const example = edge?.detail == null ? '' : `: ${edge.detail}`;
  switch (symptom) {
    case 'lost':
      return edges.every((one) => one.problems[0] === 'unreachable')
        ? `is unreachable${atTimes}${example}`
        : `is lost${atTimes}`;
    case 'lossy':
      return `loses packets: ${lossOf(edges)}`;
    case 'refused':
      return `is ${edges.find(({ outcome }) => outcome !== 'timeout')?.outcome ?? 'refused'}${atTimes}`;
    case 'source translated':
      return `arrives from another address${atTimes}${example}`;
    case 'port translated':
      return `arrives from another port${atTimes}${example}`;
    case 'destination translated':
      return `does not reach its destination${atTimes}${example}`;
    case 'damaged':
      return `arrives damaged${atTimes}`;
    case 'let through':
      return `gets through${atTimes}, though it must not${example}`;
    case 'too large':
      return `is lost${atTimes} ${fromWhichSize(edges)}`;
    case 'cut off':
      return `is cut off${atTimes} ${afterHowMuch(edges)}`;
    case 'not closed':
      return `is not closed${atTimes}${example}`;
    case 'too small':
      return `is lost${atTimes} ${belowWhichSize(edges)}`;
    case 'length lost':
      return `is lost${atTimes} ${ofWhichLength(edges)}`;
    case 'fragments lost':
      return `is lost${atTimes} in fragments, ${fromWhichSize(edges)}`;
    case 'not met':
      return `is lost${atTimes} before the other side has talked itself`;
    case 'forgotten':
      return `is forgotten while it is idle${atTimes}${example}`;
    case 'responder forgotten':
      return `is lost${atTimes} where the responder speaks first over a flow that was idle${example}`;
    case 'slow':
      return `is slow to connect${atTimes}${example}`;
  }
}

function lossOf(edges: Edge[]): string {
  const { sent, lost } = countLoss(edges);
  if (edges.every(isBrokenOff))
    return `${lost} of ${sent} streams, which were connected, did not end, ${Math.round((100 * lost) / sent)} %`;
  const what = edges.every(({ protocol }) => protocol === 'TCP') ? 'SYNs' : 'datagrams';
  return `${lost} of ${sent} ${what} or their answers, ${Math.round((100 * lost) / sent)} %`;
}

/** One sentence on failing edges that no pattern was found for, the first of them by name. */
export function describeRest(rest: Edge[]): string {
  const named = rest
    .slice(0, 3)
    .map(
      ({ from, to, protocol, port, outcome }) =>
        `${probeName(from)} to ${targetName(to)} over ${protocol} on port ${port}: ${outcome}`,
    );
  const more = rest.length - named.length;
  return `${named.join('; ')}${more > 0 ? `; and ${more} more dials` : ''}`;
}

/** "node-2/pod-a", "node-2/pod-a through the ClusterIP of one". */
function targetName(to: Edge['to']): string {
  return to.via === undefined ? probeName(to) : `${probeName(to)} through the ${to.via.kind} of ${to.via.service}`;
}

function countWords({ edges, partly, tried }: Fold): string {
  return partly && tried !== null ? `${edges.length} of ${dials(tried)}` : dials(edges.length);
}

function besidesWords({ symptom, besides, edges }: Fold): string {
  const { through = [], others = [] } = Object.groupBy(besides, ({ to }) =>
    to.via === undefined ? 'others' : 'through',
  );
  const parts = [otherWords(symptom, others), throughWords(through, edges)].filter((part) => part !== '');
  return parts.map((part) => `; ${part}`).join('');
}

function otherWords(symptom: Symptom, others: Edge[]): string {
  if (others.length === 0) return '';
  const how = symptom === 'lossy' ? 'got nothing through' : 'from or to the same addresses fail otherwise';
  return `${dials(others.length)} more ${how}`;
}

/** Of a Service's own fault those whose backend nobody knows, of a path's those that it takes down. */
function throughWords(through: Edge[], edges: Edge[]): string {
  if (through.length === 0) return '';
  const isServices = edges.every(({ to }) => to.via !== undefined);
  return `${dials(through.length)} more through ${isServices ? 'a Service with several backends' : 'Services'}`;
}

function dials(count: number): string {
  return count === 1 ? '1 dial' : `${count} dials`;
}
