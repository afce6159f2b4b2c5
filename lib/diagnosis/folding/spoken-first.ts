import { endsOf, type Observation } from './observations.ts';

/**
 * Flows of which only what the responder sends first is lost: what the dialler sends first over another of the same way arrives. Where that is lost as
 * well, it is one fault, which strikes whoever speaks.
 */
export function ofResponders<O extends Observation>(failing: O[]): O[] {
  const forgotten = failing.filter(({ symptom }) => symptom === 'forgotten');
  const either = new Set(forgotten.filter(({ edge }) => !isUnheard(edge)).map(({ edge }) => wayOf(edge)));
  return failing.map((one) =>
    one.symptom === 'forgotten' && isUnheard(one.edge) && !either.has(wayOf(one.edge))
      ? { ...one, symptom: 'responder forgotten' }
      : one,
  );
}

/** Sound flows over which the responder spoke first, and of their packets those that it sent. */
export function spokenFirst(answered: Observation[]): Observation[] {
  return answered
    .filter(({ edge }) => edge.held?.heard === true)
    .map((one) => ({ ...one, sound: one.sound.filter(({ answer }) => answer) }));
}

/** Those over which the dialler did. */
export function spokenLast(answered: Observation[]): Observation[] {
  return answered.filter(({ edge: { held } }) => held !== undefined && held.heard === undefined);
}

function isUnheard({ held }: Observation['edge']): boolean {
  return held?.heard === false;
}

function wayOf(edge: Observation['edge']): string {
  return `${endsOf(edge)} ${edge.to.address}`;
}
