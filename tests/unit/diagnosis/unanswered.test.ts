/** Names that are not resolved: a cause of their own, or a consequence of another. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Leg } from '../../../lib/diagnosis/folding/observations.ts';
import type { UnansweredWay } from '../../../lib/facts/violation.ts';
import type { Cause, ClauseResult } from '../../../lib/verdict/run.ts';
import { clause } from '../report/sample-runs.ts';
import { causesOf, drops, isPod, mesh, type Fault } from './mesh.ts';

const sentence = '24 of 24 questions from node-1/pod-a to 10.96.0.10 over UDP got no answer (timeout); so on node-1';
const own = 'something on the way drops port 53';

function dns(ways: Partial<UnansweredWay>[]): ClauseResult {
  const way: UnansweredWay = {
    from: { node: 'node-1', probe: 'pod-a' },
    protocol: 'UDP',
    family: 'IPv4',
    port: 53,
    isSilent: true,
    to: ['node-2'],
  };
  return clause({
    id: 'services/dns',
    level: 'SHOULD',
    verdict: 'fail',
    edges: [],
    evidence: [sentence],
    likelyCause: own,
    lookWith: 'look at port 53',
    unanswered: ways.map((one) => ({ ...way, ...one })),
  });
}

const isCutOff = ({ from, to }: Leg): boolean => isPod(from, 'node-1') && isPod(to) && to.node !== 'node-1';
const cutOff = drops(isCutOff);
const causes = (fault: Fault, ...ways: Partial<UnansweredWay>[]): Cause[] =>
  causesOf(mesh({ nodes: 3, ports: [53, 80] }, fault), { beside: [dns(ways)] });
const isTold = (found: Cause[]): boolean => found.some(({ likelyCause }) => likelyCause === own);

describe('questions without an answer', () => {
  it('are told with what cuts their node off from all pods that would answer, and have no cause beside it', () => {
    const found = causes(cutOff, {}, { protocol: 'TCP', to: ['node-2', 'node-3'] });
    expect(isTold(found)).to.equal(false);
    const first = found.find(({ clauses }) => clauses.includes('services/dns'));
    expect(first?.evidence).to.include(sentence);
    expect(first?.evidence[0]).to.match(/out of node-1/);
  });

  it('have a cause of their own where another node, another family, one of their pods or one of their ways is not cut off, or none is known', () => {
    for (const way of [
      { from: { node: 'node-3', probe: 'pod-a' } },
      { family: 'IPv6' as const },
      { to: ['node-1', 'node-2'] },
      { to: [] },
    ])
      expect(isTold(causes(cutOff, {}, way)), JSON.stringify(way)).to.equal(true);
    // Some are lost where some of its pods are cut off.
    expect(isTold(causes(cutOff, { isSilent: false, to: ['node-1', 'node-2'] }))).to.equal(false);
  });

  it('have a cause of their own beside one of nodes’ own addresses, or of two pods alone', () => {
    const toNode: Fault = drops(
      ({ from, to }: Leg) => isPod(from, 'node-1') && to.probe === 'node' && to.node === 'node-2',
    );
    const onePair: Fault = drops(
      ({ from, to }: Leg) =>
        from.node === 'node-1' && from.probe === 'pod-a' && to.node === 'node-2' && to.probe === 'pod-b',
    );
    expect(isTold(causes(toNode, {}))).to.equal(true);
    expect(isTold(causes(onePair, {}))).to.equal(true);
  });

  it('are no consequence of another port’s fault, nor silence one of packets that are lost at times', () => {
    const ofPort = (port: number): Fault => drops((leg) => leg.port === port && !leg.answer && isCutOff(leg));
    expect(isTold(causes(ofPort(80), {}))).to.equal(true);
    expect(isTold(causes(ofPort(53), {}))).to.equal(false);
    // A filter of that node that drops the port between its own pods, too, is no second cause.
    const ofNode = drops(({ from, to, port, answer }) => port === 53 && !answer && isPod(from, 'node-1') && isPod(to));
    const all = causes(ofNode, { to: ['node-1', 'node-2'] });
    expect(all.map(({ clauses }) => clauses.includes('services/dns'))).to.deep.equal([true]);
    const lossy: Fault = (edge) =>
      cutOff(edge) === null ? null : { problems: ['loss'], attempts: 200, answered: 160, lostLeg: 'request' };
    expect(isTold(causes(lossy, {}))).to.equal(true);
    expect(isTold(causes(lossy, { isSilent: false }))).to.equal(false);
  });
});
