import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { destinationOf } from '../../../../lib/mesh/destination.ts';
import type { PlannedDial } from '../../../../lib/mesh/dialled.ts';
import { type Arrival, Lateness } from '../../../../lib/mesh/pace/lateness.ts';
import { defaultPace } from '../../../../lib/mesh/pace/pace.ts';
import { makeWorld } from '../world.ts';

const [from, , to] = makeWorld({ nodes: 2 }).pods;
const plain = { from: from!, to: destinationOf(to!), protocol: 'TCP' } as PlannedDial;
const datagrams: PlannedDial = { ...plain, protocol: 'UDP' };
const stream: PlannedDial = { ...plain, size: { bytes: 262_144, fragmented: false, mtu: 1_500, pathMtu: null } };

const record = (connectMs: number | null, firstAnswerMs: number | null, over: Partial<DialRecord> = {}) =>
  ({ connectMs, firstAnswerMs, attempts: 1, answered: 1, lostSyns: 0, ...over }) as DialRecord;

function last(all: [PlannedDial, DialRecord][]): Arrival | null | undefined {
  const lateness = new Lateness(defaultPace);
  return all.map(([dial, seen]) => lateness.of(dial, seen)).at(-1);
}

/** What is said of the last of these. */
const late = (...all: [PlannedDial, DialRecord][]): boolean | null | undefined => last(all)?.late;

describe('an answer', () => {
  it('is late by what it takes longer than on the same path before', () => {
    const known: [PlannedDial, DialRecord] = [plain, record(1, 2)];
    expect(late(known, [plain, record(2, 150)])).to.equal(false);
    expect(late(known, [plain, record(2, 250)])).to.equal(true);
    expect(late(known, [datagrams, record(null, 250)])).to.equal(true);
    expect(late(known, [stream, record(2, 900)])).to.equal(false);
    expect(late(known, [stream, record(2, 1_200)])).to.equal(true);
    const long: PlannedDial = { ...stream, size: { bytes: 4_194_304, fragmented: false, mtu: 1_500, pathMtu: null } };
    expect(last([known, [long, record(2, 9_000)]])).to.equal(null);
  });

  it('is not late for the round trips that it takes on a long path', () => {
    const known: [PlannedDial, DialRecord] = [datagrams, record(null, 200)];
    expect(late(known, [datagrams, record(null, 240)])).to.equal(false);
    expect(late(known, [plain, record(240, 480)])).to.equal(false);
    expect(late(known, [stream, record(240, 3_200)])).to.equal(false);
    expect(late(known, [plain, record(240, 700)])).to.equal(true);
  });

  it('between two nodes that nothing is known of is late when they can’t be so far apart', () => {
    expect(late([plain, record(600, 1_200)])).to.equal(false);
    expect(late([datagrams, record(null, 900)])).to.equal(false);
    expect(late([datagrams, record(null, 1_100)])).to.equal(true);
    expect(late([plain, record(1, 1_100)])).to.equal(true);
  });

  it('says how long a datagram waited, but not where something may have been lost and sent again', () => {
    const known: [PlannedDial, DialRecord] = [plain, record(1, 2)];
    expect(last([known, [datagrams, record(null, 1_501)]])).to.deep.equal({ late: true, waitedMs: 1_500 });
    expect(last([known, [datagrams, record(null, 1_501, { attempts: 20, answered: 7 })]])?.waitedMs).to.equal(0);
    expect(last([known, [plain, record(900, 1_202)]])).to.deep.equal({ late: true, waitedMs: 0 });
  });

  it('over a flow that was open says nothing of how long it takes to open one', () => {
    const held: PlannedDial = {
      ...datagrams,
      over: { local: { address: '198.18.1.2', port: 1 } } as PlannedDial['over'] & object,
    };
    expect(late([held, record(0, 600)], [datagrams, record(null, 700)])).to.equal(false);
  });

  it('is late where not all came, or a SYN was sent again; none at all says nothing', () => {
    expect(late([datagrams, record(null, 1, { attempts: 20, answered: 19 })])).to.equal(true);
    expect(late([plain, record(1_010, 1_011, { attempts: 2, lostSyns: 1 })])).to.equal(true);
    expect(last([[plain, record(null, null)]])).to.equal(null);
  });
});
