/** One dial of several flows: what depends on the source port, or strikes now and then, shows in some of them. */
import type { Dial, DialOutcome, DialRecord } from '../../conversations/dial.ts';
import { cutOffAmong } from './cut-off.ts';

/** What one socket is to do. */
export interface Flow extends Dial {
  /** Its source port was asked for, and may have been used a moment ago. */
  isPortReused: boolean;
}

const portsTold = 16;
/** Proof of something that loss does not explain: one such flow is enough. */
const telling: ReadonlySet<DialOutcome> = new Set<DialOutcome>(['wrong responder', 'corrupted']);

/** Dials the flows one after the other, without waiting for their ends, and makes one record of them. */
export async function dialFlows(dial: Dial, dialFlow: (flow: Dial) => Promise<DialRecord>): Promise<DialRecord> {
  const { flows: count = 1, datagrams = 1, intervalMs = 0 } = dial;
  const share = dial.protocol === 'TCP' ? 1 : Math.ceil(datagrams / count);
  const started: Promise<DialRecord>[] = [];
  for (let n = 0; n < count; n += 1) {
    if (n > 0) await new Promise((resolve) => setTimeout(resolve, share * intervalMs));
    const flow = { ...dial, flows: 1, datagrams: share };
    started.push(n === 0 && dial.sourcePort ? dialFromPort(flow, dialFlow) : dialFlow({ ...flow, sourcePort: 0 }));
  }
  return merged(await Promise.all(started));
}

/** From the requested port, if possible: it may be taken, still held by the kernel, or privileged; then another one is used. */
export async function dialFromPort(flow: Dial, dialFlow: (flow: Dial) => Promise<DialRecord>): Promise<DialRecord> {
  const record = await dialFlow(flow);
  // What is too slow was not for want of a port.
  return record.outcome === 'inconclusive' && record.connectMs === null ? dialFlow({ ...flow, sourcePort: 0 }) : record;
}

/** The most informative flow represents all: its own end of the socket and what its responder saw belong together. */
function merged(all: DialRecord[]): DialRecord {
  const records = all.filter(({ outcome }) => outcome !== 'inconclusive');
  const proof = records.find(({ outcome }) => telling.has(outcome));
  const delivered = records.filter(({ outcome }) => outcome === 'delivered');
  const model = proof ?? delivered.find(isTranslated) ?? delivered[0] ?? records[0] ?? all[0]!;
  const failures = records.filter(({ answered }) => answered === 0);
  const failed = mostFrequent(failures.map(({ outcome }) => outcome));
  const owners = new Set(model.views.map(({ who }) => who.uid));
  const sum = (of: (record: DialRecord) => number): number => records.reduce((total, one) => total + of(one), 0);
  const cutOff = cutOffAmong(records);
  const times = (of: (record: DialRecord) => number | null): number[] => records.map(of).filter((ms) => ms !== null);
  return {
    ...model,
    outcome: proof === undefined && delivered.length === 0 ? (failed ?? model.outcome) : model.outcome,
    attempts: sum(({ attempts }) => attempts),
    answered: sum(({ answered }) => answered),
    lostSyns: sum(({ lostSyns }) => lostSyns),
    firstAnswerMs: times(({ firstAnswerMs }) => firstAnswerMs).toSorted((one, other) => one - other)[0] ?? null,
    connectMs: times(({ connectMs }) => connectMs).toSorted((one, other) => other - one)[0] ?? null,
    failed,
    ...(cutOff === null ? {} : { cutOff }),
    failedPorts: failures.flatMap(({ local }) => local?.port ?? []).slice(0, portsTold),
    // Another responder behind the same address shows on any of the sockets.
    views: [...model.views, ...records.flatMap(({ views }) => views).filter(({ who }) => !owners.has(who.uid))],
  };
}

/** Whether the responder saw the dialler at another address or port than the dialler's own. */
function isTranslated({ local, views }: DialRecord): boolean {
  return local !== null && views.some(({ peer }) => peer.port !== local.port || peer.address !== local.address);
}

function mostFrequent(outcomes: DialOutcome[]): DialOutcome | null {
  const groups = [...Map.groupBy(outcomes, (outcome) => outcome)];
  return groups.toSorted(([, one], [, other]) => other.length - one.length)[0]?.[0] ?? null;
}
