import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ownIdentity, type ProcessIdentity } from '../../../lab/processes.ts';
import { holderOf, parseState } from '../../../lab/state.ts';

const gone: ProcessIdentity = { pid: 1, startTime: '-1' };
const written = (changes: object): string =>
  JSON.stringify({
    phase: 'up',
    starter: gone,
    owned: false,
    nodes: ['node-1', 'node-2'],
    proxy: 'iptables',
    topology: 'routed',
    families: ['IPv4'],
    startedAt: '2026-01-01T00:00:00.000Z',
    first: { 'node-1': gone, 'node-2': gone },
    ...changes,
  });
const some = async () => [4711];
const none = async () => [];

describe('who holds the lab', () => {
  it('is a lab as long as a first process of it lives, whatever it is made of', async () => {
    const first = { 'node-1': gone, 'node-2': await ownIdentity() };
    for (const changes of [
      {},
      { topology: 'of-tomorrow' },
      { proxy: 'of-tomorrow' },
      { families: ['IPv8'] },
      { more: { than: ['today'] } },
    ])
      expect(await holderOf(parseState(written({ first, ...changes })), none)).to.equal('lab');
  });

  it('is a living starter, that of a test run until its end', async () => {
    const starter = await ownIdentity();
    for (const changes of [{ phase: 'starting' }, { owned: true }, { phase: 'removing', topology: 'of-tomorrow' }])
      expect(await holderOf(parseState(written({ starter, ...changes })), none)).to.equal('starter');
  });

  it('is nobody but leftovers when all has ended, or the starter of what was never up', async () => {
    const first = { 'node-1': await ownIdentity() };
    for (const changes of [{}, { topology: 'of-tomorrow' }, { first, phase: 'starting' }, { first, owned: true }])
      expect(await holderOf(parseState(written(changes)), some)).to.equal('leftovers');
  });

  it('is another lab when what is written down makes no sense and something lives in its namespaces', async () => {
    for (const text of ['', '{"version":2}', written({ phase: 'of-tomorrow' }), undefined])
      expect(await holderOf(parseState(text), some), text).to.equal('unknown');
  });

  it('is leftovers when that makes no sense and nothing lives, and nobody when nothing is written down', async () => {
    for (const text of ['', '{"version":2}', written({ phase: 'of-tomorrow' })])
      expect(await holderOf(parseState(text), none), text).to.equal('leftovers');
    expect(await holderOf(parseState(undefined), none)).to.equal('nobody');
  });
});
