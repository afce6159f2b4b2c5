import type { Facts } from '../facts/facts.ts';
import type { Violation } from '../facts/violation.ts';
import type { Dialled } from '../mesh/dialled.ts';
import { pairOf } from '../mesh/pairs.ts';
import type { Rules } from '../policy/objects.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { Session } from '../verdict/session.ts';
import { forbids } from './ends.ts';
import { countsOf, doubtsOf, judged, together, type Judged } from './judged.ts';
import type { Told } from './steps/step.ts';
import { bypasses, withoutBypasses } from './through-services/bypass.ts';
import { isAtOwnAddress, isIgnored, nodesNotEnforcing, type Enforcement, type Tried } from './tried.ts';
import { enforcementOf } from './try-policies.ts';
import { notAsWritten } from './violations.ts';

type Answer = (session: Session) => Promise<Facts>;
type Question = (found: Enforcement, session: Session) => Facts;

/** Asked of the act that all clauses about policies share. */
export function askedOf(question: Question): Answer {
  return async (session) => {
    const { policies, pods } = session;
    if (policies.form === 'off') return notApplicable('switched off with --policies off');
    if (pods.length < 2) return notApplicable('there are no two pods');
    return question(await enforcementOf(session), session);
  };
}

/** The same, where policies are enforced at all. */
export function onlyWhereSupported(question: Question): Answer {
  return askedOf((found, session) => {
    const [closed] = found.tried;
    if (closed !== undefined && isIgnored(closed, found.namespace))
      return notApplicable(
        found.unlisted.length === 0
          ? 'NetworkPolicies are not enforced here: see policy/supported'
          : 'all that the first policy forbids got through: see policy/supported',
      );
    return question(found, session);
  });
}

interface About {
  /** Whether the same port is open to some peer, which may have dialled another one, or the same peer may dial some port. */
  isOpen: { toSomebody: (dial: Dialled) => boolean; elsewhere: (dial: Dialled) => boolean };
  /** Compared with the step before. */
  isTurned: (dial: Dialled) => boolean;
}

export interface Beside {
  judged?: readonly Judged[];
  violations?: Violation[];
  doubts?: readonly string[];
  remarks?: string[];
  measurements?: Measurement[];
}

/** Of the steps that tell something, the dials that `choose` picks; on nodes that enforce policies at all, the others are named by `policy/on-every-node`. */
export function asWritten(
  told: Told,
  {
    expected,
    alsoThroughServices = false,
    choose = () => true,
    measure = () => [],
    beside = () => ({}),
  }: {
    expected: string;
    /** Left out: at the pods' own addresses only. */
    alsoThroughServices?: boolean;
    choose?: (dial: Dialled, about: About) => boolean;
    measure?: (steps: readonly Tried[]) => Measurement[];
    /** What is said beside what the steps tell. */
    beside?: (found: Enforcement) => Beside;
  },
): Answer {
  return onlyWhereSupported((found) => {
    const slack = nodesNotEnforcing(found.tried[0], found.namespace);
    const steps = found.tried.filter(({ step }) => step.tells.includes(told));
    const enforced = (tried: Tried): Dialled[] =>
      tried.exchanged.dialled.filter(
        (dial) =>
          (alsoThroughServices || isAtOwnAddress(dial)) && !slack.has(dial.from.node) && !slack.has(dial.to.node ?? ''),
      );
    const whole = (): Judged[] => steps.map((tried) => withoutBypasses(found, judged(found, tried, enforced(tried))));
    const all = steps.map((tried) => {
      const about = aboutStep(found, tried);
      return judged(
        found,
        tried,
        enforced(tried).filter((dial) => choose(dial, about)),
      );
    });
    const { judged: more = [], violations = [], doubts = [], remarks = [], measurements = [] } = beside(found);
    const untried = alsoThroughServices ? found.throughServices : { doubts: [], remarks: [] };
    const dials = [...all, ...more].flatMap((one) => one.dials);
    if (dials.every(({ dialled }) => dialled.length === 0))
      return notApplicable('no two pods are on nodes that enforce NetworkPolicies: see policy/on-every-node');
    return {
      expected,
      seen: countsOf([...all, ...more]),
      violations: [
        ...notAsWritten(
          all.map((one) => withoutBypasses(found, one)),
          { whole },
        ),
        ...bypasses(found, all),
        ...violations,
      ],
      dials,
      inconclusive: together([doubtsOf([...all, ...more]), ...untried.doubts, ...doubts]),
      remarks: [
        ...(slack.size === 0 ? [] : [`left out: ${[...slack].join(', ')}, where no policy is enforced`]),
        ...untried.remarks,
        ...remarks,
      ],
      measurements: [...measure(steps), ...measurements],
    };
  });
}

function aboutStep({ namespace, tried }: Enforcement, { step, exchanged }: Tried): About {
  const isForbidden = (dial: Dialled, rules: Rules = step): boolean => forbids(rules, dial, namespace) === true;
  // What a node sends to its own pods is allowed whatever a policy says.
  const fromPods = exchanged.dialled.filter(({ from }) => from.kind === 'pod');
  const elsewhere = new Set(fromPods.filter((dial) => !isForbidden(dial)).map(pairOf));
  const peers = Map.groupBy(fromPods, ({ to }) => to.id);
  const toSomebody = new Map<string, boolean>();
  const isOpenToSomebody = (dial: Dialled): boolean => {
    const service = `${dial.to.id} ${dial.protocol} ${dial.port}`;
    const known = toSomebody.get(service);
    if (known !== undefined) return known;
    const from = new Set(peers.get(dial.to.id)?.map((one) => one.from));
    const isOpen = [...from].some((one) => !isForbidden({ ...dial, from: one }));
    toSomebody.set(service, isOpen);
    return isOpen;
  };
  const before = tried[tried.findIndex((one) => one.step === step) - 1]?.step ?? { policies: [] };
  return {
    isOpen: { toSomebody: isOpenToSomebody, elsewhere: (dial) => elsewhere.has(pairOf(dial)) },
    isTurned: (dial) => isForbidden(dial) !== isForbidden(dial, before),
  };
}

function notApplicable(why: string): Facts {
  return { expected: 'NetworkPolicies are enforced', seen: 'none was made', violations: [], notApplicable: why };
}
