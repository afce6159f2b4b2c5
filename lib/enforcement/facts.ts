/** What the clauses about NetworkPolicies promise, read off one act that they share. */
import { nameOfDial } from '../mesh/dialled.ts';
import { measurementOf, type Measurement } from '../verdict/measurement.ts';
import type { MeasurementName } from '../verdict/measurement-names.ts';
import type { InForce } from './in-force.ts';
import { countsOf, doubtsOf, judged, together } from './judged.ts';
import { asWritten, askedOf, onlyWhereSupported, type Beside } from './questions.ts';
import { bypasses, withoutBypasses } from './through-services/bypass.ts';
import { firstOf, isAtOwnAddress, isIgnored, type Enforcement, type Tried } from './tried.ts';
import { blocksSelect, noGuest, notInvited } from './remarks.ts';
import { judgedNewcomers } from './newcomers-judged.ts';
import { forbidTooMuch, notEnforced, stayInForce } from './violations.ts';

/** Whether a policy is enforced at all. Where it is not, nothing more can be asked. */
export const policiesSupported = askedOf((found, { survey: { cni } }) => {
  const closed = firstOf(found);
  const all = judged(found, closed, closed.exchanged.dialled.filter(isAtOwnAddress));
  const { limitMs, namespace, unlisted } = found;
  const isProved = unlisted.length === 0 && isIgnored(closed, namespace);
  const evidence = `a policy that denies all ingress to one pod of each node was accepted by the API, and ${limitMs / 1000} s later all ${all.letThrough.length} dials that it forbids still got through`;
  const enforcer = cni.policies?.name ?? cni.name;
  const plugin = enforcer === 'unknown' ? null : enforcer;
  const isNowhere = all.counts.denied === 0;
  return {
    expected: 'a pod that a policy closes is not reached any more, as it was before and is again after',
    seen: countsOf([all]) + inForceWords(closed.inForce, limitMs, { isNowhere }),
    violations: isProved ? [{ kind: 'policies ignored', plugin, evidence }] : [],
    dials: all.dials,
    inconclusive: isNowhere ? doubtsOf([all]) : null,
    measurements: measuredAs('policy/denied-after', closed.inForce),
  };
});

/** Whether it is enforced for the pods of every node, from every node; nodes where it is not are named. */
export const enforcedOnEveryNode = onlyWhereSupported((found) => {
  const closed = firstOf(found);
  const into = judged(found, closed, closed.exchanged.dialled);
  const outOf = found.tried
    // A plugin that ignores them all is told by `policy/egress`.
    .filter((tried) => tried.step.name === 'egress' && !isIgnored(tried, found.namespace))
    .map((tried) => judged(found, tried, tried.exchanged.dialled));
  const nodes = new Set(closed.exchanged.dialled.map(({ to }) => to.node)).size;
  const { doubts, remarks } = found.throughServices;
  return {
    expected: 'on every node a policy denies what it forbids, whoever asks, and nothing else',
    seen: `${nodes} nodes, ${countsOf([into, ...outOf])}`,
    violations: [
      ...notEnforced(withoutBypasses(found, into), { way: 'into' }),
      ...outOf.flatMap((one) => notEnforced(withoutBypasses(found, one), { way: 'out of' })),
      ...forbidTooMuch([into]),
      ...bypasses(found, [into, ...outOf]),
    ],
    dials: [into, ...outOf].flatMap(({ dials }) => dials),
    inconclusive: together([doubtsOf([into, ...outOf]), ...doubts]),
    remarks,
  };
});

/** Policies for what comes in. */
export const ingressAsWritten = asWritten('ingress', {
  expected: 'pods that a policy selects for ingress receive what it allows, and nothing else',
  alsoThroughServices: true,
});

/** Policies for what goes out. */
export const egressAsWritten = asWritten('egress', {
  expected: 'pods that a policy selects for egress send what it allows, and nothing else',
  alsoThroughServices: true,
});

/** Who may: dials on which only the peer decides. */
export const peersAsWritten = asWritten('peers', {
  expected: 'a policy lets in the pods that its peers select, by their labels and their namespace’s, and no others',
  choose: (dial, { isOpen }) => isOpen.toSomebody(dial),
  beside: (found) => ({
    doubts: found.guests.missing.map(noGuest),
    remarks: [...blocksSelect(found), ...notInvited(found)],
  }),
});

/** Where: dials on which only protocol and port decide. */
export const portsAsWritten = asWritten('ports', {
  expected: 'a policy opens the protocols and ports that it names, one or a range, and no others',
  choose: (dial, { isOpen }) => isOpen.elsewhere(dial),
});

/** Whether an edit takes the place of what stood before. */
export const editsFollowed = asWritten('changes', {
  expected: 'what an edit of a policy forbids is denied, and what it allows is answered',
  choose: (dial, { isTurned }) => isTurned(dial),
  measure: (steps) => steps.flatMap(({ inForce }) => measuredAs('policy/changed-after', inForce)),
  beside: besideEdits,
});

/** Pods that come later have policies that stand already for what they are; how soon after their Ready is measured. */
function besideEdits(found: Enforcement): Beside {
  const about = judgedNewcomers(found);
  if (about === null) return {};
  const { all, violations, doubts, closed } = about;
  if (closed === null) return { doubts };
  return {
    judged: all,
    violations,
    doubts,
    remarks: [`new pods were ${closedAfter(closed.inForce, found.limitMs)}`],
    measurements: measuredAs('policy/new-pods-denied-after', closed.inForce),
  };
}

/** Whether everything reaches everything again, once the policies are gone. */
export const policiesLifted = onlyWhereSupported((found) => {
  const { again, control, lifted, limitMs } = found;
  const none: Tried = { step: { name: 'none', tells: [], policies: [] }, exchanged: again, inForce: lifted };
  const before = new Set(
    control.dialled.filter(({ record }) => record?.outcome === 'delivered').map((dial) => nameOfDial(dial)),
  );
  // What is in question here is no control.
  const all = judged(
    { ...found, again: control },
    none,
    again.dialled.filter((dial) => before.has(nameOfDial(dial))),
  );
  return {
    expected: 'when the policies are gone, every dial is answered that was answered before them',
    seen: countsOf([all]) + inForceWords(lifted, limitMs),
    violations: stayInForce(all.shutOut, { limitMs }),
    dials: all.dials,
    inconclusive: doubtsOf([all]),
    measurements: measuredAs('policy/lifted-after', lifted),
  };
});

function inForceWords({ atMs }: InForce, limitMs: number, { isNowhere = false } = {}): string {
  return atMs === null
    ? `; ${isNowhere ? 'nowhere' : 'not everywhere'} within ${limitMs / 1000} s`
    : `; everywhere ${(atMs / 1000).toFixed(1)} s after the API had taken it`;
}

function closedAfter({ notAtMs, atMs }: InForce, limitMs: number): string {
  if (atMs === null) return `not closed everywhere within ${limitMs / 1000} s of their being Ready`;
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return notAtMs === 0
    ? `closed when they were first dialled, ${seconds(atMs)} s after they were Ready`
    : `closed ${seconds(notAtMs)} to ${seconds(atMs)} s after they were Ready, and not before`;
}

/** It was dialled now and then: it was so at some moment between the two. */
function measuredAs(name: MeasurementName, { notAtMs, atMs }: InForce): Measurement[] {
  if (atMs === null) return [];
  const [lower, upper] = [Math.round(notAtMs), Math.round(atMs)];
  return [measurementOf(name, {}, { estimate: upper, lower, upper, level: 1 })];
}
