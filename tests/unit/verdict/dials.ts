/** Dials as an exchange gives them, and clauses' metadata. */
import type { Dialled, Exchanged } from '../../../lib/mesh/dialled.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { everyPair } from '../../../lib/mesh/pairs.ts';
import type { DialRecord, ResponderView } from '../../../lib/conversations/dial.ts';
import type { ClauseMetadata } from '../../../lib/verdict/clause.ts';
import type { Judgement } from '../../../lib/verdict/oracle/judgement.ts';
import { makeWorld } from '../mesh/world.ts';

export interface DialOptions {
  family?: 'IPv4' | 'IPv6';
  protocol?: 'TCP' | 'UDP';
  /** What the dialler reports beside a sound record. */
  record?: Partial<DialRecord>;
  /** What the responder reports beside a sound view. */
  view?: Partial<ResponderView>;
}

/** One dial from node-1's first pod to its second. */
export async function aDial(options: DialOptions = {}): Promise<Dialled> {
  const [dial] = (await exchanged(options)).dialled;
  if (dial === undefined) throw new Error('nothing dialled');
  return dial;
}

/** Two dials, there and back, between the two pods of node-1. */
export async function exchanged({
  family = 'IPv4',
  protocol = 'TCP',
  record,
  view,
}: DialOptions = {}): Promise<Exchanged> {
  const { pods } = makeWorld({ nodes: 1, families: ['IPv4', 'IPv6'] });
  const found = await exchange({ from: pods, to: pods, pairs: everyPair, families: [family], protocols: [protocol] });
  for (const dial of found.dialled) {
    if (dial.record === null) throw new Error('no record');
    dial.record = { ...dial.record, ...record };
    dial.record.views = dial.record.views.map((one) => ({ ...one, ...view }));
  }
  return found;
}

/** A judgement that keeps its promise, but for what is said. */
export function judgement(over: Partial<Judgement> = {}): Judgement {
  return {
    expected: 'all is well',
    seen: 'all is well',
    kept: true,
    inconclusive: null,
    notApplicable: null,
    edges: [],
    sound: [],
    evidence: [],
    likelyCause: null,
    lookWith: null,
    finding: false,
    measurements: [],
    ...over,
  };
}

export function metadata(over: Partial<ClauseMetadata> = {}): ClauseMetadata {
  return { id: 'flat-network/node-to-node', level: 'MUST', promise: 'all nodes reach each other', ...over };
}
