/** A run on a lab with a fault is held to what the fault breaks, to what must be said of it, and to nothing else. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClauseResult, Run } from '../../../lib/verdict/run.ts';
import { covers } from '../../faults/covers.ts';
import { dnsDropped } from '../../faults/dns-dropped.fault.ts';
import { missingRoute } from '../../faults/missing-route.fault.ts';
import { expectedOf } from '../../faults/expected.ts';
import { problemsWith } from '../../faults/judge.ts';
import { portsKeptOnOneNode } from '../../faults/kept-ports.fault.ts';
import { healthyOn } from '../../support/healthy.ts';
import { clause, healthy } from '../report/sample-runs.ts';

const cause = {
  likelyCause: 'node-1 has no working route to the pods of node-3',
  evidence: ['all traffic to pods from node-1 to node-3 is lost'],
  lookWith: null,
  clauses: expectedOf(missingRoute.breaks).red,
};
const { red } = expectedOf(missingRoute.breaks);

/** A run of all clauses in which these fail. */
function run(failed: readonly string[], over: Partial<Run> = {}): Run {
  const clauses = Object.entries(covers).map(([id, { finds }]): ClauseResult =>
    clause({
      id,
      level: finds === undefined ? 'MUST' : 'INFO',
      verdict: failed.includes(id) ? 'fail' : 'pass',
      seen: 'all of it',
    }),
  );
  return { ...healthy(), verdict: 'not conformant', clauses, causes: [cause], ...over };
}

describe('a run on a lab with a fault', () => {
  it('is right when exactly its clauses are red, and the cause is said', () => {
    expect(problemsWith(missingRoute, run(red))).to.deep.equal([]);
  });

  it('is not held to DNS: which node has its pods is not known', () => {
    const silent = { ...cause, likelyCause: 'pods of node-1 get no answer', clauses: ['services/dns'] };
    expect(problemsWith(missingRoute, run([...red, 'services/dns'], { causes: [cause, silent] }))).to.deep.equal([]);
    const dnsAlone = run(['services/dns'], { verdict: 'conformant', causes: [silent] });
    expect(problemsWith(dnsDropped, dnsAlone)).to.deep.equal([`no cause says ${String(dnsDropped.says[0])}`]);
  });

  it('is wrong when a clause is missing, or red without need', () => {
    const [first, ...others] = red;
    expect(problemsWith(missingRoute, run(others))).to.deep.equal([`not red: ${first}`]);
    expect(problemsWith(missingRoute, run([...red, 'flat-network/self-ip']))).to.deep.equal([
      'red, and should not be: flat-network/self-ip',
    ]);
  });

  it('is wrong when the cause is not said, or one too many', () => {
    const told = problemsWith(missingRoute, run(red, { causes: [{ ...cause, evidence: [] }, cause, cause] }));
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/^3 causes instead of 1:/);
    expect(problemsWith(missingRoute, run(red, { causes: [] })).join()).to.match(/^no cause says .*no cause says /);
  });

  it('is wrong with another verdict, without one, or with something left behind', () => {
    expect(problemsWith(missingRoute, run(red, { verdict: 'partial' }))).to.have.length(1);
    expect(problemsWith(missingRoute, run(red, { notes: ['flatnet-1 is still there.'] }))).to.have.length(1);
    const unclear = run(red);
    unclear.clauses[0]!.verdict = 'inconclusive';
    expect(problemsWith(missingRoute, unclear)).to.deep.equal(['inconclusive: addressing/one-owner-per-ip']);
  });

  it('is held to findings, and to what must be told beside causes', () => {
    const id = 'protocols/ports-kept-by-the-plugin';
    const found = run([], { verdict: 'conformant', findings: [id], causes: [] });
    const told = problemsWith(portsKeptOnOneNode, found);
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/^nothing tells /);
    const remark = 'UDP port 4789 (VXLAN) is lost from node-2 to node-2, from node-2 to node-3, and passes elsewhere';
    found.clauses.find((one) => one.id === id)!.evidence = [remark];
    expect(problemsWith(portsKeptOnOneNode, found)).to.deep.equal([]);
    expect(problemsWith(portsKeptOnOneNode, { ...found, findings: [] })).to.deep.equal([`not a finding: ${id}`]);
  });

  it('may find what its network is found with anyway', () => {
    const usual = healthyOn({ topology: 'flannel', proxy: 'iptables', families: ['IPv4'] });
    const failed = [...red, ...usual.findings];
    expect(problemsWith(missingRoute, run(failed, { causes: [cause, cause] }), usual)).to.deep.equal([]);
    expect(problemsWith(portsKeptOnOneNode, run([], { causes: [] }), usual).join()).to.include(
      'not red: flat-network/',
    );
  });
});
