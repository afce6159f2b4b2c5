/** Clusters that enforce NetworkPolicies, ignore them, or do it by halves: what each clause says. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  editsFollowed,
  egressAsWritten,
  enforcedOnEveryNode,
  ingressAsWritten,
  peersAsWritten,
  policiesLifted,
  policiesSupported,
  portsAsWritten,
} from '../../../lib/enforcement/facts.ts';
import type { Facts } from '../../../lib/facts/facts.ts';
import { tried, type Enforcer } from './enforcer.ts';

const questions = {
  supported: policiesSupported,
  'on-every-node': enforcedOnEveryNode,
  ingress: ingressAsWritten,
  egress: egressAsWritten,
  peers: peersAsWritten,
  ports: portsAsWritten,
  'follows-changes': editsFollowed,
  lifts: policiesLifted,
};
const ids = Object.keys(questions);

type Verdict = 'pass' | 'fail' | 'inconclusive' | 'not applicable';

function verdictOf({ violations, inconclusive, notApplicable }: Facts): Verdict {
  if (notApplicable != null) return 'not applicable';
  if (violations.length > 0) return 'fail';
  return inconclusive == null ? 'pass' : 'inconclusive';
}

/** By clause, what it found. */
async function asked(options: Enforcer = {}) {
  const { session, made } = await tried(options);
  const facts = new Map<string, Facts>();
  for (const [id, question] of Object.entries(questions)) facts.set(id, await question(session));
  const that = (verdict: Verdict): string[] =>
    [...facts].filter(([, found]) => verdictOf(found) === verdict).map(([id]) => id);
  const evidence = (id: string): string => (facts.get(id)?.violations ?? []).map((one) => one.evidence).join('\n');
  return { that, evidence, facts, made };
}

describe('a cluster that enforces NetworkPolicies', () => {
  it('keeps every promise about them, and none is left', async () => {
    const { that, facts, made } = await asked();
    expect(that('pass')).to.deep.equal(ids);
    expect(made.at(-1)).to.deep.equal([]);
    const one = ['flatnet-closed', 'flatnet-allowed'];
    expect(made.filter((names) => names.length > 0)).to.deep.equal([['flatnet-closed'], one, one, ['flatnet-egress']]);
    const seen = facts.get('supported')?.seen;
    expect(seen).to.match(
      /^\d+ dials: (\d+) of \1 forbidden ones denied, (\d+) of \2 allowed ones answered; everywhere/,
    );
  });

  it('does so where a probe stood still while a denial was waited for', async () => {
    const { that } = await asked({
      spoilt: ({ from, to }, { timeoutMs }) => from.node === 'node-1' && to.node === 'node-3' && timeoutMs === 800,
    });
    expect(that('pass')).to.deep.equal(ids);
  });

  it('does so in full, and on one node', async () => {
    expect((await asked({ form: 'full' })).that('pass')).to.deep.equal(ids);
    expect((await asked({ nodes: 1 })).that('pass')).to.deep.equal(ids);
  });
});

describe('a cluster that takes long to learn of other labels', () => {
  it('is given that long, and how long it took is measured', async () => {
    const { that, facts } = await asked({ form: 'full', labelsAfterMs: 500 });
    expect(that('pass')).to.deep.equal(ids);
    const took = (facts.get('follows-changes')?.measurements ?? []).map(({ estimate }) => estimate);
    expect(took.filter((ms) => ms >= 500)).to.have.length(4);
  });
});

describe('a cluster that ignores NetworkPolicies', () => {
  it('has one finding, and the rest does not apply', async () => {
    const { that, evidence, made } = await asked({ inForce: () => [] });
    expect(that('fail')).to.deep.equal(['supported']);
    expect(that('not applicable')).to.have.length(ids.length - 1);
    expect(evidence('supported')).to.match(/was accepted by the API, and 0.1 s later all \d+ dials/);
    expect(made.filter((names) => names.length > 0)).to.deep.equal([['flatnet-closed']]);
    expect(made.at(-1)).to.deep.equal([]);
  });

  it('has no other finding where some answers take longer than a denial is waited for', async () => {
    const { that, evidence } = await asked({
      inForce: () => [],
      lost: ({ from, to }, { timeoutMs }) => from.node === 'node-1' && to.node === 'node-3' && timeoutMs < 1_000,
    });
    expect(that('fail')).to.deep.equal(['supported']);
    expect(that('not applicable')).to.have.length(ids.length - 1);
    expect(evidence('supported')).to.match(/all \d+ dials that it forbids still got through/);
  });
});

describe('a cluster that enforces NetworkPolicies by halves', () => {
  it('names the node that does not', async () => {
    const { that, evidence, facts } = await asked({
      inForce: (policies, { from, to }) =>
        policies.filter(({ spec }) => (spec.policyTypes?.includes('Egress') ? from : to).node !== 'node-2'),
    });
    expect(that('fail')).to.deep.equal(['on-every-node']);
    expect(
      evidence('on-every-node')
        .split('\n')
        .every((line) => line.includes('pods on node-2')),
    ).to.equal(true);
    expect(facts.get('ingress')?.remarks).to.deep.equal(['left out: node-2, where no policy is enforced']);
  });

  it('names a node that lets in what comes from one of four others', async () => {
    for (const source of ['node-3', 'node-4']) {
      const { that, evidence } = await asked({
        nodes: 5,
        inForce: (policies, { from, to }) => (from.node === source && to.node === 'node-2' ? [] : policies),
      });
      expect(that('fail'), source).to.include('on-every-node');
      expect(evidence('on-every-node')).to.match(
        new RegExp(`^\\d+ of \\d+ dials into pods on node-2 .* got through \\(pod-[ab] on ${source} to pod-b`, 'm'),
      );
    }
  }).timeout(30_000);

  it('names the node whose dials get in everywhere', async () => {
    const { evidence } = await asked({
      nodes: 5,
      inForce: (policies, { from, to }) => (from.node === 'node-5' && to.node !== 'node-5' ? [] : policies),
    });
    expect(evidence('on-every-node').split('\n')[0]).to.match(
      /^\d+ of \d+ dials out of pods on node-5 that a policy forbids got through \(pod-[ab] on node-5 to pod-b/,
    );
    expect(evidence('on-every-node')).not.to.include('into pods on');
  }).timeout(30_000);

  it('says that egress is ignored', async () => {
    const { that } = await asked({
      inForce: (policies) => policies.filter(({ spec }) => !spec.policyTypes?.includes('Egress')),
    });
    expect(that('fail')).to.deep.equal(['egress']);
  });

  it('says that only UDP gets through', async () => {
    const { that, evidence } = await asked({
      inForce: (policies, { protocol }) => (protocol === 'UDP' ? [] : policies),
    });
    expect(that('fail')).to.include('on-every-node').and.to.include('ingress').and.not.to.include('supported');
    expect(evidence('on-every-node')).to.match(/^10 of 20 dials into pods on node-1 .* got through \(.*, UDP 8080/);
  });

  it('says that ports are ignored', async () => {
    const { that } = await asked({
      inForce: (policies) =>
        policies.map(({ metadata, spec }) => ({
          metadata,
          spec: { ...spec, ...(spec.ingress ? { ingress: spec.ingress.map(({ from = [] }) => ({ from })) } : {}) },
        })),
    });
    expect(that('fail')).to.include('ports').and.to.include('ingress').and.not.to.include('peers');
  });

  it('says that an edit is not followed', async () => {
    const { that } = await asked({
      // The first of each name stays.
      inForce: (policies, _ends, ever) =>
        policies.map(({ metadata }) => ever.find((one) => one.metadata.name === metadata.name)!),
    });
    expect(that('fail')).to.include('follows-changes').and.not.to.include('lifts');
  });

  it('says that labels which pods get later are not followed', async () => {
    const { that } = await asked({ form: 'full', labelsAfterMs: Infinity });
    expect(that('fail')).to.include('follows-changes').and.not.to.include('lifts').and.not.to.include('ports');
  });

  it('says that the name of a port is no port to it', async () => {
    const { that } = await asked({
      form: 'full',
      inForce: (policies) =>
        policies.filter(({ spec }) => !spec.ingress?.some(({ ports }) => typeof ports?.[0]?.port === 'string')),
    });
    expect(that('fail')).to.deep.equal(['ports']);
  });

  it('names the nodes where rules stay behind; what they deny is proved by nothing then', async () => {
    const { that, evidence } = await asked({
      inForce: (policies, { to }, ever) =>
        policies.length === 0 && to.node === 'node-3' ? ever.slice(0, 1) : policies,
    });
    expect(that('fail')).to.deep.equal(['lifts']);
    expect(evidence('lifts')).to.match(/^\d+ dials to pods on node-3 were answered before the policies, and are not/);
    expect(that('inconclusive')).to.include('on-every-node');
  });

  it('says that more is denied than the policy says', async () => {
    const { that } = await asked({
      inForce: (policies) => policies.map(({ metadata, spec }) => ({ metadata, spec: { ...spec, podSelector: {} } })),
    });
    expect(that('fail')).to.include('ingress');
  });
});

describe('a dial that was not answered before the policies', () => {
  it('proves nothing of them', async () => {
    const { that } = await asked({ lost: ({ from, to }) => from.node === 'node-1' && to.node === 'node-2' });
    expect(that('fail')).to.deep.equal([]);
    expect(that('pass')).to.include('supported');
    expect(that('pass')).to.include('lifts');
    expect(that('inconclusive')).to.include('on-every-node').and.to.include('ingress');
  });
});

describe('policies of somebody else', () => {
  it('leave nothing to be learned', async () => {
    const outcome = await tried({ foreign: ['default-deny'] }).catch((error: Error) => error.message);
    expect(outcome).to.match(/default-deny also applies to the run's pods/);
  });

  describe('that may not be listed', () => {
    const unlisted = ['a NetworkPolicy (none may be listed)'];

    it('cost no verdict where all goes as it should', async () => {
      const { that } = await asked({ unlisted });
      expect(that('pass')).to.deep.equal(ids);
    });

    it('may open what is let through, or close what is shut out: neither is a finding', async () => {
      const ignored = await asked({ unlisted, inForce: () => [] });
      expect(ignored.that('fail')).to.deep.equal([]);
      expect(ignored.that('pass')).to.deep.equal([]);
      expect(ignored.facts.get('supported')?.inconclusive).to.include(`${unlisted[0]} may decide it`);
      const slack = await asked({ unlisted, inForce: (policies, { to }) => (to.node === 'node-2' ? [] : policies) });
      expect(slack.that('fail')).to.deep.equal([]);
      expect(slack.that('inconclusive')).to.include('on-every-node');
      const all = slack.facts.get('on-every-node')?.dials ?? [];
      expect(all.flatMap(({ dialled }) => dialled).some(({ inconclusive }) => inconclusive !== null)).to.equal(true);
    });
  });
});
