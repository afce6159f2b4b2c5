import type { Violation } from '../../facts/violation.ts';
import type { Dialled } from '../../mesh/dialled.ts';
import type { Direction, Policy } from '../../policy/objects.ts';
import { forbids } from '../ends.ts';
import { judged, type Judged } from '../judged.ts';
import type { Enforcement, Tried } from '../tried.ts';
import { waysOf } from '../violations.ts';

/**
 * What got through Services and is denied at the pods' own addresses under the same policies, as one violation of all steps: each clause that
 * it breaks tells it in the same words. Empty where there is none in `some`.
 */
export function bypasses(found: Enforcement, some: readonly Judged[]): Violation[] {
  if (some.every((one) => bypassesIn(one).length === 0)) return [];
  const parts = (['into', 'out of'] as const).flatMap((way) => {
    const all = found.tried.map((tried) => ofWay(found, { tried, way }));
    const through = all.flatMap((one) => one.through);
    if (through.length === 0) return [];
    const nodes = [...new Set(through.map(nodeAt[way]))].toSorted();
    const isWithin = through.every(isWithinNode);
    const alike = (dial: Dialled): boolean => nodes.includes(nodeAt[way](dial)) && (!isWithin || isWithinNode(dial));
    const asked = all.flatMap((one) => one.asked).filter(alike).length;
    const over = [...new Set(through.map(({ protocol }) => protocol))].toSorted().join(' and ');
    const how = isWithin ? `${over}, within a node` : over;
    return [{ where: `${way} pods on ${nodes.join(', ')} (${how})`, nodes, through, asked }];
  });
  return [
    {
      kind: 'policy bypassed through Services',
      nodes: [...new Set(parts.flatMap(({ nodes }) => nodes))],
      where: parts.map(({ where }) => where).join(' and '),
      evidence: parts
        .map(
          ({ where, through, asked }) =>
            `${through.length} of ${asked} dials through Services ${where} that a policy forbids got through, and were denied at the pods' own addresses (${waysOf(through)})`,
        )
        .join('; '),
    },
  ];
}

/** What else got through. */
export function withoutBypasses(one: Judged): Judged {
  const through = new Set(bypassesIn(one));
  return { ...one, letThrough: one.letThrough.filter((dial) => !through.has(dial)) };
}

type Way = 'into' | 'out of';

const directions: Readonly<Record<Way, Direction>> = { into: 'Ingress', 'out of': 'Egress' };
const nodeAt: Readonly<Record<Way, (dial: Dialled) => string>> = {
  into: ({ to }) => to.node ?? '',
  'out of': ({ from }) => from.node,
};

const isWithinNode = ({ from, to }: Dialled): boolean => from.node === to.node;

function bypassesIn({ letThrough, unclear, dials: [forbidden] }: Judged): Dialled[] {
  const notDenied = new Set([...letThrough, ...unclear.map(({ dial }) => dial)]);
  const denied = (forbidden?.dialled ?? []).filter((dial) => dial.to.via === null && !notDenied.has(dial));
  const atOwnAddress = new Set(denied.map(whoToWhom));
  return letThrough.filter((dial) => dial.to.via !== null && atOwnAddress.has(whoToWhom(dial)));
}

/** Of one step, what policies of one direction forbid by themselves: dials through Services, and those that got through. */
function ofWay(found: Enforcement, { tried, way }: { tried: Tried; way: Way }): Record<'asked' | 'through', Dialled[]> {
  const { step, exchanged } = tried;
  const policies = step.policies.flatMap((policy) => only(directions[way], policy));
  const isOfWay = (dial: Dialled): boolean => forbids({ ...step, policies }, dial, found.namespace) === true;
  const asked = exchanged.dialled.filter((dial) => dial.to.via !== null && isOfWay(dial));
  const through = bypassesIn(judged(found, tried, exchanged.dialled)).filter(isOfWay);
  return { asked, through };
}

function only(direction: Direction, { metadata, spec }: Policy): Policy[] {
  return spec.policyTypes?.includes(direction) === true
    ? [{ metadata, spec: { ...spec, policyTypes: [direction] } }]
    : [];
}

/** The port is the pod's in both cases: a Service of the run leads to where its pod listens. */
function whoToWhom({ from, to, protocol, family, port }: Dialled): string {
  const [responder] = to.responders;
  const podPort = to.via === null ? port : responder?.hello.port;
  return `${from.uid} ${responder?.uid} ${protocol} ${family} ${podPort}`;
}
