import type { Probe } from '../../cluster/model.ts';

/** What both ends of a conversation see, and what may be translated on the way. */
export type Seen = 'source address' | 'source port' | 'destination address' | 'destination port';

/** What is expected of each dial of an exchange. An inconclusive dial satisfies none. */
export type Expectation = Answered | Denied | Refused | Unanswered;

/** It is answered completely, and without more loss than chance explains. */
export interface Answered {
  outcome: 'delivered';
  /** By one of these; null: by any probe that may answer at the destination. */
  by: { uids: ReadonlySet<string>; name: string } | null;
  /** What both ends see alike; anything else may be translated. */
  kept: ReadonlySet<Seen>;
  /** TCP: the limit for opening a connection, ms; null: none. */
  connectsWithinMs: number | null;
}

/** It gets no answer. That says nothing unless the same dial is answered when nothing denies it: made by `denied({ control })` only. */
export interface Denied {
  outcome: 'denied';
  /** Dials that were answered when nothing denied them: see `nameOfDial`. */
  control: ReadonlySet<string>;
}

/** It is refused at once: nobody may answer, and the dialler does not have to wait. */
export interface Refused {
  outcome: 'refused';
}

/** Nobody answers; whether the dialler is notified or waits in vain is left open. */
export interface Unanswered {
  outcome: 'unanswered';
}

const everything: readonly Seen[] = ['source address', 'source port', 'destination address', 'destination port'];

/** An answer. `by`: from one of these probes; `kept`: what is not translated. Default: from any that may answer, whatever is translated, however slowly. */
export function answered({
  by,
  kept = [],
  connectsWithinMs = null,
}: {
  by?: readonly Probe[];
  kept?: readonly Seen[];
  connectsWithinMs?: number | null;
}): Answered {
  return {
    outcome: 'delivered',
    by: by === undefined ? null : { uids: new Set(by.map(({ uid }) => uid)), name: nameOf(by) },
    kept: new Set(kept),
    connectsWithinMs,
  };
}

/** The right responder answered. */
export const delivered: Expectation = answered({});

/** That, and no port translated. */
export const portsKept: Expectation = answered({ kept: ['source port', 'destination port'] });

/** That, and both ends see the same two addresses and ports. */
export const untranslated: Expectation = answered({ kept: everything });

/** That, except for the source port: the responder sees the dialler's address, and may answer there. */
export const addressesKept: Expectation = answered({ kept: everything.filter((one) => one !== 'source port') });

/** That, and the responder sees the address that the dialler knows as its own. */
export const sourceAddressKept: Expectation = answered({ kept: ['source address'] });

/** The right responder answered on the port that was dialled. */
export const destinationPortsKept: Expectation = answered({ kept: ['destination port'] });

/** Nobody answers, and the dialler is notified. */
export const refused: Expectation = { outcome: 'refused' };

/** Nobody answers, in whichever way: for what can't be answered without a pod that must not be there. */
export const unanswered: Expectation = { outcome: 'unanswered' };

const probesNamed = 3;

function nameOf(probes: readonly Probe[]): string {
  const names = probes.slice(0, probesNamed).map(({ node, name }) => `${node}/${name}`);
  const more = probes.length - names.length;
  return `${probes.length === 1 ? '' : 'one of '}${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What is expected, as one sentence without its full stop. */
export function expectedOf(expectation: Expectation, { throughServices = false } = {}): string {
  if (expectation.outcome === 'denied') return 'no dial answered, although every one was while nothing denied it';
  if (expectation.outcome === 'refused') return 'every dial refused at once, and none left hanging';
  if (expectation.outcome === 'unanswered') return 'no dial answered where no pod may answer';
  const { by, kept, connectsWithinMs } = expectation;
  const whom = by?.name ?? (throughServices ? 'a pod behind its Service' : 'the probe it was meant for');
  const soon = connectsWithinMs === null ? '' : `, every connection open within ${connectsWithinMs / 1000} s`;
  if (kept.size === 0) return `every dial answered, whole, by ${whom}${soon}`;
  return `every dial answered by ${whom}${soon}, and both ends see the same ${keptWords(kept)}`;
}

function keptWords(kept: ReadonlySet<Seen>): string {
  const both = (what: 'address' | 'port'): boolean => kept.has(`source ${what}`) && kept.has(`destination ${what}`);
  const pairs = [both('address') ? ['addresses'] : [], both('port') ? ['ports'] : []].flat();
  const singles = everything.filter((one) => kept.has(one) && !both(one.endsWith('port') ? 'port' : 'address'));
  return [...pairs, ...singles].join(' and ');
}
