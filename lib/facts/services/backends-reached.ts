import type { Awaited } from '../../mesh/awaited.ts';
import type { Destination } from '../../mesh/destination.ts';
import type { Dialled, Exchanged } from '../../mesh/dialled.ts';
import { isAnsweredByOthers, isSound } from '../../mesh/rounds/merge.ts';
import { measurementOf } from '../../verdict/measurement.ts';
import type { Facts } from '../facts.ts';
import type { Violation } from '../violation.ts';
import { namedNodes } from './named-nodes.ts';

/** Above this chance that one pod was left out by dials that were shared out evenly, nothing is said of it. */
const byChance = 1e-5;

/** Whether all pods behind a Service were reached through it, over each protocol and family. Where dials failed, or somebody else answered, they say more. */
export function everyBackendReached(exchanged: Exchanged, shared: Destination): Facts {
  const dials = exchanged.dialled.filter(({ to }) => to.id === shared.id);
  const kinds = [...Map.groupBy(dials, ({ protocol, family }) => `${protocol} and ${family}`)];
  const isTelling = (dial: Dialled): boolean => isSound(dial) && !isAnsweredByOthers(dial);
  const told = kinds.filter(([, some]) => some.every(isTelling) && chanceOfMissing(some.length, shared) <= byChance);
  const violations = told.flatMap(([over, some]) => neverReached(some, { shared, over }));
  const pods = shared.responders.length;
  const reached = shared.responders.filter(({ uid }) => told.every(([, some]) => whoAnswered(some).has(uid))).length;
  return {
    expected: `each of the ${pods} pods behind one Service answers some of its dials`,
    seen:
      told.length === 0
        ? `some dials to ${shared.name} failed, or they were too few to tell which of its ${pods} pods answer`
        : `${reached} of ${pods} pods behind ${shared.name} answered`,
    violations,
  };
}

function chanceOfMissing(dials: number, { responders: { length: pods } }: Destination): number {
  return pods * (1 - 1 / pods) ** dials;
}

function neverReached(dials: Dialled[], { shared, over }: { shared: Destination; over: string }): Violation[] {
  const seen = whoAnswered(dials);
  return shared.responders
    .filter(({ uid }) => !seen.has(uid))
    .map(({ node, name }) => ({
      kind: 'backend never reached',
      node,
      service: shared.via?.service ?? shared.name,
      evidence: `${node}/${name} answered none of ${dials.length} dials to ${shared.name} over ${over}, and others answered them all`,
    }));
}

/** Their uids. */
function whoAnswered(dials: Dialled[]): Set<string> {
  return new Set(dials.flatMap(({ record }) => record?.views.map(({ who }) => who.uid) ?? []));
}

/** How long it took until every node knew new Services. What does not answer is for the dials that follow to judge. */
export function servicesKnown(
  { afterMs, silent }: Awaited,
  { services, withoutService, withinMs }: { services: number; withoutService: number; withinMs: number },
): Facts {
  const nodes = [...new Set(silent.map(({ from }) => from.node))];
  const less = withoutService === 0 ? '' : `; ${withoutService} more pods have no Service, because there are many`;
  return {
    expected: `${services} new Services are known to every node within ${withinMs / 1000} s`,
    seen:
      silent.length === 0
        ? `${services} new Services were known to every node after ${(afterMs / 1000).toFixed(2)} s${less}`
        : `${silent.length} paths through new Services did not answer within ${Math.round(afterMs / 1000)} s, from ${namedNodes(nodes)}${less}`,
    violations: [],
    measurements: silent.length === 0 ? [measurementOf('services/known-after', {}, { estimate: afterMs })] : [],
  };
}
