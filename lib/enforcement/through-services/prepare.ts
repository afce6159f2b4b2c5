/** The same pods through Services: what enforces policies may see such traffic before its destination is translated, or after. */
import { messageOf } from '../../message-of.ts';
import { awaitAnswers } from '../../mesh/awaited.ts';
import { isAlike, type Destination } from '../../mesh/destination.ts';
import type { Exchanged } from '../../mesh/dialled.ts';
import { pairOf } from '../../mesh/pairs.ts';
import { pairAtPort } from '../ports.ts';
import { areServicesMade, servicesOverPods } from '../../service-paths/own-services.ts';
import { problemsBesideLoss } from '../../verdict/oracle/denied.ts';
import { sourceAddressKept } from '../../verdict/oracle/expectation.ts';
import type { Session } from '../../verdict/session.ts';
import type { Plan } from '../ways.ts';

/** What is not known of policies through Services. */
export interface Untried {
  /** No Service could be made, or some were not answered without any policy either. */
  doubts: string[];
  /** What policies mean there is left open. */
  remarks: string[];
}

/** Services with one pod of the run behind each, and whether they were made for this; none where that is refused, and why. */
export async function makeServices(
  session: Session,
): Promise<{ services: Destination[]; areNew: boolean; doubts: string[] }> {
  const areNew = !areServicesMade(session);
  try {
    const { single } = await servicesOverPods(session);
    return { services: single, areNew, doubts: [] };
  } catch (error) {
    return { services: [], areNew, doubts: [`nothing was dialled through Services: ${messageOf(error)}`] };
  }
}

/** Waits until what is planned there through Services has answered, or is not to be expected to: nodes learn of new ones a moment later. */
export async function untilKnown(session: Session, plan: Plan, { withinMs }: { withinMs: number }): Promise<void> {
  const to = plan.to.filter((one) => 'via' in one && one.via !== null);
  if (to.length > 0)
    await awaitAnswers({ ...plan, to, families: session.families }, { withinMs, roundTripMs: session.roundTripMs() });
}

/**
 * Pairs of a pod and a Service, or with one of its further ports, of which nothing can be said under policies, by what became of them without any, and why. Where the pod behind
 * a Service sees another address than the client's, a policy may be right to let it in, or not to.
 */
export function notToBeTried({ dialled }: Exchanged): { leftOut: ReadonlySet<string> } & Untried {
  const translated = new Set<string>();
  const unanswered = new Set<string>();
  const atPorts = new Set<string>();
  for (const dial of dialled.filter(({ to }) => to.via !== null)) {
    const problems = problemsBesideLoss(dial, sourceAddressKept);
    if (problems.length === 0) continue;
    const isOnlyTranslated = problems.every((problem) => problem === 'source address translated');
    const isFurther = isAlike(dial.to, dial.port);
    if (isFurther && !isOnlyTranslated) atPorts.add(pairAtPort(dial));
    else (isOnlyTranslated ? translated : unanswered).add(pairOf(dial));
  }
  return {
    leftOut: translated.union(unanswered).union(atPorts),
    doubts:
      unanswered.size === 0
        ? []
        : [`${unanswered.size} ways through Services were not answered without a policy either, and say nothing`],
    remarks: [
      ...(translated.size === 0
        ? []
        : [
            `left out: ${translated.size} ways through Services where the client’s address is translated; what policies mean there is not defined`,
          ]),
      ...(atPorts.size === 0
        ? []
        : [`left out: ${atPorts.size} ways through further ports of Services, not answered without a policy either`]),
    ],
  };
}
