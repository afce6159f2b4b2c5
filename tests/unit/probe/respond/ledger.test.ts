import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Ledger } from '../../../../lib/probe/respond/ledger.ts';

const peer = { address: '198.18.1.2', port: 40_000 };
const about = { peer, lateMs: 1 };

describe('what a responder has received', () => {
  it('is counted once where the network repeats a datagram', () => {
    const ledger = new Ledger();
    for (const sequence of [0, 1, 1, 0, 2, 1]) ledger.noteDatagram('one', sequence, about);
    expect(ledger.seen('one')).to.deep.include({ received: 3, peer });
  });

  it('is counted by flow, and by nonce', () => {
    const ledger = new Ledger();
    for (const port of [40_000, 40_001]) ledger.noteDatagram('one', 0, { ...about, peer: { ...peer, port } });
    ledger.noteDatagram('other', 0, about);
    expect(ledger.seen('one')).to.include({ received: 2 });
    expect(ledger.seen('other')).to.include({ received: 1 });
    expect(ledger.seen('none')).to.equal(null);
  });

  it('is counted of many', () => {
    const ledger = new Ledger();
    for (let n = 0; n < 20_000; n += 1) ledger.noteDatagram('one', n, about);
    expect(ledger.seen('one')).to.include({ received: 20_000 });
  });
});
