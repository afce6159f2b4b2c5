/** What dies in mid-run: it is told by the clause of that way, excuses Services only where it is told, and costs nothing where nothing fails. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadClauses } from '../../../../lib/cli/suite.ts';
import { diagnose } from '../../../../lib/diagnosis/diagnose.ts';
import type { Dial, DialRecord } from '../../../../lib/conversations/dial.ts';
import type { Dialled } from '../../../../lib/mesh/dialled.ts';
import { createRun } from '../../../../lib/verdict/create-run.ts';
import { composeRun } from '../../../../lib/verdict/compose-run.ts';
import type { ClauseResult } from '../../../../lib/verdict/run.ts';
import { silence } from '../../mesh/make-believe-service.ts';
import { healthy } from '../../report/sample-runs.ts';
import { makeSession, type DialledService, type MakeBelieveOptions } from '../make-believe-session.ts';

const flat = [
  'flat-network/node-to-node',
  'flat-network/pod-to-pod-same-node',
  'flat-network/pod-to-pod-across-nodes',
  'flat-network/node-to-pod',
  'flat-network/node-to-pod-without-nat',
  'flat-network/pod-to-node',
  'flat-network/pod-to-node-without-nat',
];
const services = ['services/node-port', 'services/traffic-policy-local'];
const clauses = await loadClauses();

/** Which network the clauses meet; `isOn`: from the first dial through a Service on. */
interface Fault {
  direct?: (ends: { from: string; to: string }) => boolean;
  service?: (about: DialledService) => boolean;
  /** Half of the packets are, not all; or half of those that do not go through Services. */
  half?: 'all' | 'direct';
}

interface Checked {
  results: ReadonlyMap<string, ClauseResult>;
  rechecked: Dialled[];
  causes: string[];
  exitCode: number;
}

/** Checks these clauses, one after the other, on three nodes; what the fault hits is lost. */
async function check(
  ids: readonly string[],
  { direct, service, half }: Fault,
  { podsOnly = false, ...more }: MakeBelieveOptions & { podsOnly?: boolean } = {},
): Promise<Checked> {
  const selected = ids.map((id) => clauses.find((one) => one.id === id)!);
  const run = createRun({ clauses: selected });
  const lost = (dial: Dial, isHalved = half === 'all'): Partial<DialRecord> => (isHalved ? halved(dial) : silence);
  let isOn = false;
  const { session, rechecked } = makeSession(
    (about) => {
      isOn = true;
      return service?.(about) === true ? lost(about.dial) : undefined;
    },
    {
      nodes: 3,
      knownAtOnce: true,
      network: (dial, { from, to }) =>
        isOn && direct?.({ from: from.node, to: to.node }) === true ? lost(dial, half !== undefined) : null,
      ...more,
      run,
    },
  );
  run.openSession({ ...session, ...(podsOnly ? { nodes: [] } : {}), proxyModes: {}, missing: [] });
  for (const one of selected) await run.check(one);
  const { results, sound } = run.recorded();
  const found = diagnose(results, { sound, around: { nodeOfAddress: () => null, behind: run.behind() } });
  return {
    results: new Map(results.map((result) => [result.id, result])),
    rechecked,
    causes: found.causes.map(({ likelyCause }) => likelyCause),
    exitCode: composeRun({ ...healthy(), clauses: found.clauses, remarkable: [], unchecked: [] }).exitCode,
  };
}

function halved({ datagrams, flows }: Dial): Partial<DialRecord> {
  const attempts = datagrams ?? flows ?? 1;
  return { attempts, answered: Math.floor(attempts / 2), ...(attempts === 1 ? silence : {}) };
}

const verdicts = ({ results }: Checked, ids: readonly string[]): Record<string, string> =>
  Object.fromEntries(ids.map((id) => [id, results.get(id)?.verdict ?? 'none']));
const all = (ids: readonly string[], verdict: string): Record<string, string> =>
  Object.fromEntries(ids.map((id) => [id, verdict]));

/** New flows from and to node-2 are lost. */
const full: Fault = {
  direct: ({ from, to }) => [from, to].includes('node-2'),
  service: ({ from, at }) => from === 'node-2' || at === 'node-2',
};

/** The ports of node-2 are not served. */
const unserved: Fault = { service: ({ at }) => at === 'node-2' };

describe('what dies in mid-run', () => {
  it('breaks the flat network’s promises, those that had passed included, and not those of Services', async () => {
    const found = await check([...flat, ...services], full);
    expect(verdicts(found, services)).to.deep.equal(all(services, 'pass'));
    expect(verdicts(found, flat)).to.deep.equal(all(flat, 'fail'));
    const across = found.results.get('flat-network/pod-to-pod-across-nodes');
    expect(across?.seen).to.match(/^48 dials: 48 kept; of \d+ dials of other clauses on such ways \d+ timeout$/);
    const failing = across?.edges.filter(({ problems }) => problems.length > 0) ?? [];
    expect(failing.every(({ recheck, outcome }) => recheck === true && outcome === 'timeout')).to.equal(true);
    expect(found.results.get('services/node-port')?.seen).to.include('dials were not judged');
    expect(found.exitCode).to.equal(1);
    expect(found.causes.every((cause) => cause.includes('node-2') && cause.includes('began in mid-run'))).to.equal(
      true,
    );
    expect(found.causes.some((cause) => cause.includes('kube-proxy'))).to.equal(false);
  }).timeout(60_000);

  it('is one cause with dials through ClusterIPs, which are not excused', async () => {
    const found = await check([...flat, 'services/cluster-ip'], {
      ...full,
      service: ({ from }) => from === 'node-2',
    });
    expect(verdicts(found, flat)).to.include({ 'flat-network/pod-to-pod-across-nodes': 'fail' });
    expect(found.results.get('services/cluster-ip')?.verdict).to.equal('fail');
    expect(found.causes.join('\n')).to.include('node-2').and.not.include('kube-proxy');
    const own = await check([...flat, 'services/cluster-ip'], { service: ({ from }) => from === 'node-2' });
    expect(verdicts(own, flat)).to.deep.equal(all(flat, 'pass'));
    expect(own.causes.join('\n')).to.include('kube-proxy');
  }).timeout(60_000);

  it('may lose packets only, which all between two nodes have in common', async () => {
    const found = await check([...flat, 'services/node-port'], { ...full, half: 'all' });
    expect(found.results.get('services/node-port')?.verdict).to.equal('pass');
    expect(found.results.get('flat-network/pod-to-pod-across-nodes')?.seen).to.match(/dials of other clauses .* loss/);
  }).timeout(60_000);

  it('does not excuse Services of which nothing is answered where the ways only lose some', async () => {
    const found = await check([...flat, 'services/node-port'], { ...full, half: 'direct' });
    expect(found.results.get('services/node-port')?.verdict).to.equal('fail');
  }).timeout(60_000);

  it('is told with pods alone as well', async () => {
    const found = await check([...flat, 'services/traffic-policy-local'], full, { podsOnly: true });
    expect(found.results.get('services/traffic-policy-local')?.verdict).to.equal('pass');
    expect(found.results.get('flat-network/pod-to-pod-same-node')?.verdict).to.equal('fail');
    expect(found.results.get('flat-network/node-to-pod')?.verdict).to.equal('not applicable');
  }).timeout(60_000);

  it('is the Services’ where the same ways work at the probes’ own addresses', async () => {
    const found = await check([...flat, 'services/node-port'], unserved);
    expect(verdicts(found, flat)).to.deep.equal(all(flat, 'pass'));
    expect(found.results.get('services/node-port')?.verdict).to.equal('fail');
    expect(found.rechecked.length).to.be.greaterThan(0);
    expect(found.causes).to.have.length(1);
    expect(found.causes[0])
      .to.match(/kube-proxy.*node-2/)
      .and.not.include('mid-run');
  }).timeout(60_000);

  it('is nobody’s on a healthy network, and nothing is rechecked', async () => {
    const found = await check([...flat, ...services], {});
    expect(verdicts(found, [...flat, ...services])).to.deep.equal(all([...flat, ...services], 'pass'));
    expect(found.rechecked).to.deep.equal([]);
  }).timeout(60_000);

  it('excuses no Service where no clause that was selected fails for it; SHOULD alone is not enough', async () => {
    for (const ids of [services, [...services, 'flat-network/node-to-pod-without-nat']]) {
      const found = await check(ids, full);
      expect(verdicts(found, services)).to.deep.equal(all(services, 'inconclusive'));
      const { reason } = found.results.get('services/node-port')!;
      expect(reason).to.include('does not reach');
      const [, named] = /select (flat-network\/[a-z-]+) as well/.exec(reason ?? '') ?? [];
      expect(flat).to.include(named);
    }
    const lossy = await check(services, { ...full, half: 'all' });
    expect(lossy.results.get('services/node-port')?.reason).to.include('loses packets on the way to');
  }).timeout(60_000);

  it('leaves a Service’s dials open where nothing is known of their ways', async () => {
    const found = await check(
      [...flat, 'services/node-port'],
      { service: full.service! },
      { doubtful: ({ recheck }) => (recheck === true ? 'the stream broke' : null) },
    );
    expect(found.results.get('services/node-port')).to.include({ verdict: 'inconclusive' });
    expect(found.results.get('services/node-port')?.reason).to.include('the stream broke');
    expect(verdicts(found, flat)).to.deep.equal(all(flat, 'pass'));
  }).timeout(60_000);
});
