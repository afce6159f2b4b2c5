/** Names that are not resolved: a cause of their own, or a consequence of another. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Leg } from '../../../lib/diagnosis/folding/observations.ts';
import type { UnansweredWay } from '../../../lib/facts/violation.ts';
import type { Cause, ClauseResult, Edge } from '../../../lib/verdict/run.ts';
import { clause } from '../report/sample-runs.ts';
import * as fc from 'fast-check';
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

  describe('that a DNS server answers without knowing what is new', () => {
    const cut = (node: string): ClauseResult => {
      const api = { from: { node, probe: 'pod-a' }, protocol: 'TCP' as const, port: 443, to: ['node-3'] };
      return { ...dns([{ ...api, areNodes: true }]), id: 'services/api-server', likelyCause: 'no API server' };
    };
    const outdated = { isOutdated: true as const, isSilent: false, to: ['node-1', 'node-2'] };
    const fromPods = drops(({ from, to }) => isPod(from, 'node-1') && to.node !== 'node-1');
    const found = (...beside: ClauseResult[]): Cause[] =>
      causesOf(mesh({ nodes: 3, ports: [53, 80, 443] }, fromPods), { beside });

    it('are told with what keeps one of its pods from the API server', () => {
      const whole = found(dns([outdated]), cut('node-1'));
      expect(whole).to.have.length(1);
      expect(whole[0]?.clauses).to.include('services/dns').and.to.include('services/api-server');
    });

    it('have a cause of their own where none of its pods is kept from it, or nobody knows why', () => {
      expect(isTold(found(dns([outdated])))).to.equal(true);
      expect(isTold(found(dns([{ ...outdated, to: ['node-2'] }]), cut('node-1')))).to.equal(true);
      expect(isTold(found(dns([outdated]), cut('node-2')))).to.equal(true);
    });
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
    // What is behind the Service may listen at another.
    expect(isTold(causes(ofPort(80), { portBehind: 80 }))).to.equal(false);
    expect(isTold(causes(ofPort(53), { portBehind: 80 }))).to.equal(true);
    // A filter of that node that drops the port between its own pods, too, is no second cause.
    const ofNode = drops(({ from, to, port, answer }) => port === 53 && !answer && isPod(from, 'node-1') && isPod(to));
    const all = causes(ofNode, { to: ['node-1', 'node-2'] });
    expect(all.map(({ clauses }) => clauses.includes('services/dns'))).to.deep.equal([true]);
    const lossy =
      (answered: number): Fault =>
      (edge) =>
        cutOff(edge) === null ? null : { problems: ['loss'], attempts: 200, answered, lostLeg: 'request' };
    expect(isTold(causes(lossy(160), {}))).to.equal(true);
    expect(isTold(causes(lossy(160), { isSilent: false }))).to.equal(false);
    // A limit that lets next to nothing through leaves none of them an answer.
    expect(isTold(causes(lossy(10), {}))).to.equal(false);
  });
});

describe('connections to an API server that did not open', () => {
  const pod: Partial<UnansweredWay> = { protocol: 'TCP', port: 443, to: [null], areNodes: true };
  const node: Partial<UnansweredWay> = { ...pod, from: { node: 'node-1', probe: 'node' } };
  /** A FORWARD policy of DROP: whatever pods of node-1 exchange with other nodes. */
  const noForwarding = drops(({ from, to }) => from.node !== to.node && (isPod(from, 'node-1') || isPod(to, 'node-1')));

  it('are told with what cuts their node off from every other: a server outside of all is cut off as well', () => {
    const found = causes(noForwarding, pod);
    expect(isTold(found)).to.equal(false);
    expect(found.find(({ clauses }) => clauses.includes('services/dns'))?.evidence).to.include(sentence);
    expect(isTold(causes(noForwarding, { ...pod, to: ['node-2', 'node-3'] }))).to.equal(false);
    // Its servers were reached at their own addresses.
    expect(isTold(causes(noForwarding, { ...pod, isDirect: true }))).to.equal(true);
  });

  it('have a cause of their own where nodes are reached, the node itself is not cut off, or it may be there', () => {
    // Of pods alone.
    expect(isTold(causes(cutOff, pod))).to.equal(true);
    expect(isTold(causes(cutOff, { ...pod, to: ['node-2'] }))).to.equal(true);
    expect(isTold(causes(noForwarding, node))).to.equal(true);
    expect(isTold(causes(noForwarding, { ...pod, to: [null, 'node-1'] }))).to.equal(true);
    const between = drops(({ from, to }) => from.node === 'node-1' && to.node === 'node-2');
    expect(isTold(causes(between, pod))).to.equal(true);
    expect(isTold(causes(between, { ...pod, to: ['node-2'] }))).to.equal(false);
  });

  it('are told with rules that are gone, of a node and of its pods, wherever the server is', () => {
    const throughService = (edge: Edge): Edge => ({
      ...edge,
      port: 8080,
      to: { ...edge.to, via: { kind: 'ClusterIP', service: `of-${edge.to.node}-${edge.to.probe}`, node: null } },
    });
    const isNoRule: Fault = ({ from }) =>
      from.node === 'node-1'
        ? { outcome: 'unreachable', problems: ['unreachable'], answered: 0, responderSees: null }
        : null;
    const sound = mesh({ nodes: 3 }, () => null);
    const through = sound.filter(({ to }) => isPod(to)).map(throughService);
    const edges = [...sound, ...through.map((edge) => ({ ...edge, ...isNoRule(edge) }))];
    for (const to of [[null], ['node-1'], [null, 'node-1']])
      expect(
        isTold(
          causesOf(edges, {
            beside: [
              dns([
                { ...pod, to },
                { ...node, to },
              ]),
            ],
          }),
        ),
        JSON.stringify(to),
      ).to.equal(false);
    const elsewhere = { node: 'node-3', probe: 'pod-a' };
    expect(isTold(causesOf(edges, { beside: [dns([pod, { ...pod, from: elsewhere }])] }))).to.equal(true);
  });

  it('are told with new flows that fail from some moment on, whoever was dialled by then', () => {
    const dialledAt = (seconds: number, fault: Fault): Edge[] =>
      mesh({ nodes: 3 }, fault).map((edge, n) => ({ ...edge, id: `${seconds} ${n}`, dialledMs: seconds * 1_000 + n }));
    // Nodes were dialled before that alone.
    const later = [15, 16].flatMap((seconds) => dialledAt(seconds, noForwarding).filter(({ to }) => isPod(to)));
    const edges = [...dialledAt(4, () => null), ...later];
    const told = (way: Partial<UnansweredWay>): Cause[] => causesOf(edges, { beside: [dns([way])] });
    const found = told(pod);
    expect(isTold(found)).to.equal(false);
    expect(found.map(({ evidence }) => evidence.join()).join()).to.match(/to pods .*new flows fail from second 15/);
    expect(isTold(told({ ...pod, from: { node: 'node-3', probe: 'pod-a' } }))).to.equal(true);
  });

  it('are explained by no fault of other nodes, wherever the server is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('node-2', 'node-3'),
        fc.constantFrom('pod-a', 'node'),
        fc.subarray<string | null>([null, 'node-1'], { minLength: 1 }),
        fc.constantFrom('into', 'out of', 'within'),
        (cut, probe, to, way) => {
          const isLost = ({ from, to: end }: Leg): boolean =>
            way === 'within'
              ? from.node === cut && end.node === cut
              : from.node !== end.node && (way === 'into' ? end : from).node === cut;
          const from = { node: 'node-1', probe };
          expect(isTold(causes(drops(isLost), { ...pod, from, to }))).to.equal(true);
        },
      ),
      { numRuns: 12 },
    );
  });
});
