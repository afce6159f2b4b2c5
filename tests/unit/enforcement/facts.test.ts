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
import type { Violation } from '../../../lib/facts/violation.ts';
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

function onlyWaysOf(violation: Violation): unknown[] {
  return violation.kind === 'policy lets through' ? [violation.onlyWay] : [];
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

  describe('where the network loses packets', () => {
    const isBetween = ({ from, to }: { from: { node: string }; to: { node: string } }): boolean =>
      from.node === 'node-1' && to.node === 'node-2';

    it('does so, too: others tell that', async () => {
      const { that } = await asked({ answered: (ends) => (isBetween(ends) ? 0.94 : 1) });
      expect(that('pass')).to.deep.equal(ids);
    });

    it('is not said to deny what it allows where more is lost, with policies and without', async () => {
      const { that } = await asked({ answered: (ends) => (isBetween(ends) ? 0.7 : 1) });
      expect(that('fail')).to.deep.equal([]);
      expect(that('inconclusive')).to.include('on-every-node');
    });

    it('is said to deny some of what it allows where that is lost under policies alone', async () => {
      const { that } = await asked({
        answered: (ends, { isUnderPolicy }) => (isBetween(ends) && isUnderPolicy ? 0.5 : 1),
      });
      expect(that('fail')).to.include('ingress');
    });
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
      const { that, evidence, facts } = await asked({
        nodes: 5,
        inForce: (policies, { from, to }) => (from.node === source && to.node === 'node-2' ? [] : policies),
      });
      const violations = [...facts.values()].flatMap((one) => one.violations);
      for (const violation of violations)
        expect(violation).to.deep.include({ kind: 'policy lets through', onlyWay: { from: source, to: 'node-2' } });
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
    expect(evidence('on-every-node')).to.match(/^15 of 30 dials into pods on node-1 .* got through \(.*, UDP 8080/);
  });

  // There are five other ports. In one turn of five the only peer that is kept out somewhere dials a high one.
  for (const turn of [0, 1, 2, 3, 4])
    it(`names a node that does not look at high ports, whichever pairs dial them (turn ${turn})`, async () => {
      const { that, facts, evidence } = await asked({
        turn,
        inForce: (policies, { from, to, port }) =>
          policies.filter(
            ({ spec }) => port < 20_000 || (spec.policyTypes?.includes('Egress') ? from : to).node !== 'node-2',
          ),
      });
      expect(that('fail')).to.deep.equal(['on-every-node', 'ingress', 'egress', 'peers', 'ports']);
      const all = [...facts.values()].flatMap(({ violations }) => violations);
      for (const one of all)
        expect(one).to.include({ kind: 'policy lets through', node: 'node-2', onlyAtSomePorts: true });
      expect(evidence('on-every-node')).to.match(
        /into pods on node-2 .* got through \(.*(TCP|UDP) (20000|36000|61000)/,
      );
    });

  it('is not said to leave ports open where it leaves a protocol, a peer or a direction open', async () => {
    const slack: NonNullable<Enforcer['inForce']>[] = [
      (policies, { protocol }) => (protocol === 'UDP' ? [] : policies),
      (policies, { from, to }) => (from.node === 'node-1' && to.node === 'node-3' ? [] : policies),
      (policies) => policies.filter(({ spec }) => !spec.policyTypes?.includes('Egress')),
    ];
    for (const inForce of slack) {
      const { facts } = await asked({ inForce });
      const all = [...facts.values()].flatMap(({ violations }) => violations);
      const through = all.filter((one) => one.kind === 'policy lets through');
      expect(through).to.have.length.above(0);
      for (const one of through) expect(one, one.evidence).to.include({ onlyAtSomePorts: false });
    }
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

describe('pods that policies close, through Services', () => {
  const throughServices = ['on-every-node', 'ingress', 'egress'];

  it('are one violation where they are reached there and not at their own addresses, whichever clause tells it', async () => {
    const { that, facts } = await asked({
      // What is translated on the client's node passes there.
      inForce: (policies, { from, to, throughService }) =>
        policies.filter(
          ({ spec }) => !throughService || (spec.policyTypes?.includes('Egress') !== true && from.node !== to.node),
        ),
    });
    expect(that('fail')).to.deep.equal(['on-every-node', 'ingress', 'egress']);
    const all = throughServices.map((id) => facts.get(id)?.violations);
    expect(all[0]).to.have.length(1);
    expect(all[1]).to.deep.equal(all[0]);
    expect(all[2]).to.deep.equal(all[0]);
    const [{ evidence, ...told }] = all[0] as [Violation];
    expect(told).to.deep.equal({
      kind: 'policy bypassed through Services',
      nodes: ['node-1', 'node-2', 'node-3'],
      onlyAtSomePorts: false,
      where:
        'into pods on node-1, node-2, node-3 (TCP and UDP, within a node) and out of pods on node-1, node-2, node-3 (TCP and UDP)',
    });
    expect(evidence).to.match(/^\d+ of \d+ dials through Services into pods on .* got through, and were denied at/);
    expect(evidence).to.include('pod-a on node-1 to pod-b through a Service, TCP 8080');
  });

  it('name node, direction and protocol where no more are concerned', async () => {
    const { that, facts } = await asked({
      inForce: (policies, { from, protocol, throughService }) =>
        policies.filter(
          ({ spec }) =>
            !throughService || from.node !== 'node-2' || protocol !== 'UDP' || !spec.policyTypes?.includes('Egress'),
        ),
    });
    expect(that('fail')).to.deep.equal(['on-every-node', 'egress']);
    expect(facts.get('egress')?.violations[0]).to.include({ where: 'out of pods on node-2 (UDP)' });
  });

  it('are said to be reached at some ports where others are closed there as well', async () => {
    for (const nodes of [1, 2, 3]) {
      const { that, facts } = await asked({
        nodes,
        inForce: (policies, { from, to, port, throughService }) =>
          policies.filter(
            ({ spec }) =>
              !throughService || port < 32_768 || (spec.policyTypes?.includes('Egress') ? from : to).node !== 'node-1',
          ),
      });
      expect(that('fail')).to.deep.equal(['on-every-node', 'ingress', 'egress']);
      for (const id of throughServices) {
        const [{ evidence, ...told }, ...others] = facts.get(id)!.violations as [Violation, ...Violation[]];
        expect(others).to.deep.equal([]);
        expect(told).to.deep.equal({
          kind: 'policy bypassed through Services',
          nodes: ['node-1'],
          where: 'into pods on node-1 (TCP and UDP) and out of pods on node-1 (TCP and UDP)',
          onlyAtSomePorts: true,
        });
        expect(evidence).to.include('through a Service, TCP 61000');
      }
    }
  }).timeout(30_000);

  it('are no matter of Services where they are reached at their own addresses, too', async () => {
    const { facts } = await asked({ inForce: (policies, { protocol }) => (protocol === 'UDP' ? [] : policies) });
    const kinds = [...facts.values()].flatMap(({ violations }) => violations.map(({ kind }) => kind));
    expect(kinds).to.include('policy lets through').and.not.to.include('policy bypassed through Services');
    const ways = [...facts.values()].flatMap(({ violations }) => violations.flatMap(onlyWaysOf));
    expect(ways.filter((way) => way !== null)).to.deep.equal([]);
  });

  it('are said to be shut out there where a policy opens them', async () => {
    const { that, evidence } = await asked({
      inForce: (policies, { throughService }) =>
        throughService ? policies.filter(({ metadata }) => metadata.name !== 'flatnet-allowed') : policies,
    });
    expect(that('fail')).to.deep.equal(['ingress']);
    expect(evidence('ingress')).to.match(
      /that the policies allow were not answered \(pod-a on .* through a Service, TCP/,
    );
  });

  it('are left out where the client’s address is translated, and that is told', async () => {
    const { that, facts } = await asked({
      masquerades: true,
      // As kube-proxy with masqueradeAll: a pod's own node may always come in.
      inForce: (policies, { from, to, throughService }) => (throughService && from.node === to.node ? [] : policies),
    });
    expect(that('pass')).to.deep.equal(ids);
    for (const id of throughServices)
      expect(facts.get(id)?.remarks?.join()).to.match(/^left out: 15 ways through Services where the client’s address/);
  });

  it('are tried at all other ports where one leads nowhere without any policy, and that is told', async () => {
    const { that, facts } = await asked({
      lost: ({ to }, { address, port }) => port === 1_023 && address !== to.addresses.IPv4,
    });
    expect(that('pass')).to.deep.equal(ids);
    for (const id of throughServices)
      expect(facts.get(id)?.remarks?.join()).to.match(/left out: \d+ ways through further ports of Services/);
  });

  it('are in doubt where Services lead nowhere without any policy, or none may be made', async () => {
    const deaf = await asked({ withoutServices: ['node-2'] });
    expect(deaf.that('fail')).to.deep.equal([]);
    expect(deaf.that('inconclusive')).to.deep.equal(throughServices);
    expect(deaf.facts.get('ingress')?.inconclusive).to.equal(
      '5 ways through Services were not answered without a policy either, and say nothing',
    );
    const none = await asked({ refusesServices: true });
    expect(none.that('inconclusive')).to.deep.equal(throughServices);
    expect(none.facts.get('egress')?.inconclusive).to.equal('nothing was dialled through Services: no more Services');
  });
});
