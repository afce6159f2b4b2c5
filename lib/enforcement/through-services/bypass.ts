import type { Violation } from '../../facts/violation.ts';
import type { Dialled } from '../../mesh/dialled.ts';
import type { Direction, Policy } from '../../policy/objects.ts';
import { forbids } from '../ends.ts';
import { isAlike, portBehind } from '../../mesh/destination.ts';
import { gotThrough } from '../in-force.ts';
import { judged, type Judged } from '../judged.ts';
import { isAtOwnAddress, type Enforcement, type Tried } from '../tried.ts';
import { areAtSomePorts, provedOf, waysOf } from '../violations.ts';

/**
 * What got through Services and is denied at the pods' own addresses under the same policies, as one violation of all steps: each clause that
 * it breaks tells it in the same words. Empty where there is none in `some`.
 */
export function bypasses(found: Enforcement, some: readonly Judged[]): Violation[] {
  if (some.every((one) => bypassesIn(found, one).length === 0)) return [];
  const parts = (['into', 'out of'] as const).flatMap((way) => {
    const all = found.tried.map((tried) => ofWay(found, { tried, way }));
    const through = all.flatMap((one) => one.through);
    if (through.length === 0) return [];
    const nodes = [...new Set(through.map(nodeAt[way]))].toSorted();
    const proved = all.flatMap((one) => one.proved);
    const ports = new Set(through.map(({ port }) => port));
    // At some ports nothing else is dialled.
    const isWithin = through.every(isWithinNode) && proved.some((dial) => ports.has(dial.port) && !isWithinNode(dial));
    const alike = (dial: Dialled): boolean => nodes.includes(nodeAt[way](dial)) && (!isWithin || isWithinNode(dial));
    const asked = all.flatMap((one) => one.asked).filter(alike).length;
    const over = [...new Set(through.map(({ protocol }) => protocol))].toSorted().join(' and ');
    const how = isWithin ? `${over}, within a node` : over;
    const where = `${way} pods on ${nodes.join(', ')} (${how})`;
    return [{ where, nodes, through, asked, isAtSomePorts: areAtSomePorts(through, proved.filter(alike)) }];
  });
  return [
    {
      kind: 'policy bypassed through Services',
      nodes: [...new Set(parts.flatMap(({ nodes }) => nodes))],
      where: parts.map(({ where }) => where).join(' and '),
      onlyAtSomePorts: parts.every(({ isAtSomePorts }) => isAtSomePorts),
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
export function withoutBypasses(found: Enforcement, one: Judged): Judged {
  const through = new Set(bypassesIn(found, one));
  return { ...one, letThrough: one.letThrough.filter((dial) => !through.has(dial)) };
}

type Way = 'into' | 'out of';

const directions: Readonly<Record<Way, Direction>> = { into: 'Ingress', 'out of': 'Egress' };
const nodeAt: Readonly<Record<Way, (dial: Dialled) => string>> = {
  into: ({ to }) => to.node ?? '',
  'out of': ({ from }) => from.node,
};

const isWithinNode = ({ from, to }: Dialled): boolean => from.node === to.node;

function bypassesIn(found: Enforcement, one: Judged): Dialled[] {
  const throughServices = one.letThrough.filter(({ to }) => to.via !== null);
  if (throughServices.length === 0) return [];
  const got = new Set(one.letThrough);
  const own = provedOf(one).filter(isAtOwnAddress);
  const denied = new Set(own.filter((dial) => !got.has(dial)).map(whoToWhom));
  const ofPairs = Map.groupBy(own, pairOver);
  const leaks = leaksIn(found);
  return throughServices.filter((dial) => {
    if (!isAlike(dial.to, dial.port)) return denied.has(whoToWhom(dial));
    const ofPair = ofPairs.get(pairOver(dial)) ?? [];
    return ofPair.length > 0 && ofPair.every((other) => !got.has(other)) && !endsAt(dial).some((end) => leaks.has(end));
  });
}

/**
 * At own addresses a pair is dialled at few ports. So it is a bypass where all is denied there that it sends under these policies, and nothing got through under any that
 * this client sent to that port of others, or others to that of this pod: the ends at which something did, under all policies of a run.
 */
function leaksIn({ tried, namespace }: Enforcement): ReadonlySet<string> {
  const leaks = tried.flatMap(({ step, exchanged }) =>
    exchanged.dialled.filter(
      (dial) => isAtOwnAddress(dial) && gotThrough(dial) && forbids(step, dial, namespace) === true,
    ),
  );
  return new Set(leaks.flatMap(endsAt));
}

/** Each end of a dial, with the port that was dialled. */
function endsAt({ from, to, protocol, family, port }: Dialled): string[] {
  const [responder] = to.responders;
  return [`from ${from.uid}`, `to ${to.via === null ? to.id : responder?.uid}`].map((end) =>
    [end, protocol, family, port].join(' '),
  );
}

/** Whichever port. */
function pairOver({ from, to, protocol, family }: Dialled): string {
  return [from.uid, to.via === null ? to.id : to.responders[0]?.uid, protocol, family].join(' ');
}

/** Of one step, what policies of one direction forbid by themselves: dials through Services, those that got through, and all that prove something. */
function ofWay(
  found: Enforcement,
  { tried, way }: { tried: Tried; way: Way },
): Record<'asked' | 'through' | 'proved', Dialled[]> {
  const { step, exchanged } = tried;
  const policies = step.policies.flatMap((policy) => only(directions[way], policy));
  const isOfWay = (dial: Dialled): boolean => forbids({ ...step, policies }, dial, found.namespace) === true;
  const asked = exchanged.dialled.filter((dial) => dial.to.via !== null && isOfWay(dial));
  const all = judged(found, tried, exchanged.dialled);
  const through = bypassesIn(found, all).filter(isOfWay);
  return { asked, through, proved: provedOf(all).filter((dial) => dial.to.via !== null && isOfWay(dial)) };
}

function only(direction: Direction, { metadata, spec }: Policy): Policy[] {
  return spec.policyTypes?.includes(direction) === true
    ? [{ metadata, spec: { ...spec, policyTypes: [direction] } }]
    : [];
}

/** The port is the pod's in both cases. */
function whoToWhom({ from, to, protocol, family, port }: Dialled): string {
  const [responder] = to.responders;
  const podPort = portBehind(to, port, { usual: responder?.hello.port ?? 0 });
  return `${from.uid} ${responder?.uid} ${protocol} ${family} ${podPort}`;
}
