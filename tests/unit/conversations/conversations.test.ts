import { expect } from 'chai';
import { describe, it } from 'mocha';
import { byKind } from '../../../lib/conversations/by-kind.ts';
import { recordSchemas, type Kind, type RecordOf } from '../../../lib/conversations/index.ts';
import { handlers } from '../../../lib/probe/control/handlers.ts';
import { helloRecord } from '../cluster/fake-probe.ts';

const kinds = Object.keys(recordSchemas) as Kind[];
const peer = { address: '192.0.2.7', port: 40_000 };

/** A record, and the kinds of request that it may answer. */
const answers: [record: RecordOf, to: Kind[]][] = [
  [helloRecord, ['hello']],
  [{ kind: 'listen', protocol: 'TCP', port: 1, error: null }, ['echo-listen', 'listen', 'load-listen']],
  [{ kind: 'seen', nonce: 'n', received: 1, peer, lateMs: 0 }, ['seen']],
  [{ kind: 'half-open', connections: [] }, ['seen']],
  [{ kind: 'stall', longestMs: 0, droppedDatagrams: 0 }, ['seen']],
  [{ kind: 'raw', address: '192.0.2.7', protocol: 'SCTP', result: 'answered', reason: null }, ['raw']],
  [{ kind: 'path-mtu', address: '192.0.2.7', mtu: 1500 }, ['path-mtu']],
  [{ kind: 'routes', routes: [], rules: [] }, ['routes']],
  [{ kind: 'loopback', status: 200, body: 'iptables', error: null }, ['loopback']],
  [{ kind: 'echo', protocol: 'UDP', address: '192.0.2.7', port: 1, afterMs: 1, attempts: 1 }, ['await-echo']],
  [{ kind: 'kernel', conntrack: null, links: [] }, ['kernel']],
];

describe('the conversations', () => {
  it('have a handler in the probe for every kind of request, and no other', () => {
    expect(Object.keys(handlers)).to.have.members(kinds);
  });

  for (const [record, to] of answers)
    it(`let a ${record.kind} record answer ${to.join(', ')} only`, () => {
      const taken = kinds.filter((kind) => recordSchemas[kind].safeParse(record).success);
      expect(taken.toSorted()).to.deep.equal(to);
    });
});

describe('records by kind', () => {
  it('are in the order in which they came; a kind of which none came is left out', () => {
    const records: RecordOf<'seen'>[] = ['a', 'b'].map((nonce) => ({
      kind: 'seen',
      nonce,
      received: 1,
      peer,
      lateMs: 0,
    }));
    expect(byKind([...records, { kind: 'half-open', connections: [] }])).to.deep.equal({
      seen: records,
      'half-open': [{ kind: 'half-open', connections: [] }],
    });
  });
});
