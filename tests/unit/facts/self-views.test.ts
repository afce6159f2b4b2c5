import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../lib/cluster/model.ts';
import { explainViolation } from '../../../lib/diagnosis/violations.ts';
import { selfViews } from '../../../lib/facts/self-views.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { everyPair } from '../../../lib/mesh/pairs.ts';
import type { Family } from '../../../lib/conversations/basics.ts';
import { judgeFacts } from '../../../lib/verdict/oracle/judgement.ts';
import { makeWorld, type WorldOptions } from '../mesh/world.ts';

const families: Family[] = ['IPv4', 'IPv6'];

async function views(change: (pod: Probe) => void, options: WorldOptions = {}) {
  const { pods } = makeWorld({ nodes: 2, families, ...options });
  const seenBy = [await exchange({ from: pods, to: pods, pairs: everyPair, families })];
  const [first] = pods;
  if (first === undefined) throw new Error('no pods');
  change(first);
  const found = selfViews(pods, { families, seenBy });
  return { ...found, evidence: found.violations.map(({ evidence }) => evidence) };
}

describe('the views of a pod’s address', () => {
  it('agree', async () => {
    const found = await views(() => undefined);
    expect(found.evidence).to.deep.equal([]);
    expect(found.seen).to.equal('8 addresses of 4 pods compared in four views: 0 disagreements');
  });

  it('agree however IPv6 is written', async () => {
    const found = await views(({ hello }) => {
      hello.declaredIPs = hello.declaredIPs.map((ip) => ip.replace('::', ':0:0:0:0:0:'));
    });
    expect(found.evidence).to.deep.equal([]);
  });

  it('disagree when the downward API says otherwise', async () => {
    const found = await views(({ hello }) => (hello.declaredIPs = ['10.9.9.9', 'fd00:1::2']));
    expect(found.evidence).to.deep.equal([
      'node-1/pod-a is 198.18.1.2 in status.podIPs, but the downward API says 10.9.9.9, fd00:1::2',
    ]);
  });

  it('disagree when the interface carries another address', async () => {
    const found = await views(({ hello }) => {
      for (const one of hello.interfaces) if (one.family === 'IPv4') one.address = '10.9.9.9';
    });
    expect(found.evidence).to.deep.equal([
      'node-1/pod-a is 198.18.1.2 in status.podIPs, but its interfaces carry 10.9.9.9',
    ]);
    expect(explainViolation(found.violations[0]!)?.likelyCause).to.match(/1:1/);
  });

  it('disagree when a pod lacks a family that others have', async () => {
    const found = await views((pod) => delete pod.addresses.IPv6);
    expect(found.evidence).to.deep.equal(['node-1/pod-a has no IPv6 address, though this cluster has them']);
  });

  it('disagree when peers see another address; the edges tell the cause', async () => {
    const found = await views(() => undefined, {
      network: (dial, { from, to }) =>
        from.pod === 'pod-a-of-node-1' && !dial.address.includes(':')
          ? {
              views: [
                {
                  who: to.hello.identity,
                  local: { address: dial.address, port: dial.port },
                  peer: { address: '192.0.2.1', port: 50_000 },
                },
              ],
            }
          : null,
    });
    expect(found.evidence).to.deep.equal([
      'node-1/pod-a is 198.18.1.2 in status.podIPs, but node-1/pod-b-of-node-1 sees it as 192.0.2.1',
    ]);
    expect(explainViolation(found.violations[0]!)).to.equal(null);
    expect(judgeFacts(found).edges).to.have.length(6);
  });
});
