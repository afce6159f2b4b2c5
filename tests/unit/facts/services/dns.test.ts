/** What is said of a cluster's DNS. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../../lib/cluster/model.ts';
import type { ResolveRecord } from '../../../../lib/conversations/resolve.ts';
import { dnsAnswers } from '../../../../lib/facts/services/dns.ts';
import { makeWorld } from '../../mesh/world.ts';

const { pods } = makeWorld({ nodes: 2 });
const [one, other] = [pods[0]!, pods[2]!];

function asked(from: Probe, protocol: 'UDP' | 'TCP', records: (Partial<ResolveRecord> | null)[]) {
  const sound: ResolveRecord = {
    kind: 'resolve',
    id: '0',
    protocol,
    outcome: 'answered',
    code: 0,
    found: ['10.96.0.1'],
    afterMs: 2,
    error: null,
  };
  const question = { name: 'kubernetes.default.svc.cluster.local', type: 'A', expected: ['10.96.0.1'] };
  const answers = records.map((record) => ({ ...question, record: record === null ? null : { ...sound, ...record } }));
  return { from, protocol, server: '10.96.0.10', port: 53, answers };
}

const judge = (...all: ReturnType<typeof asked>[]) => judgeBeside(null, all);
const judgeBeside = (
  forbidding: string | null,
  all: ReturnType<typeof asked>[],
  ports: Record<'UDP' | 'TCP', number | null> = { UDP: 53, TCP: null },
) =>
  dnsAnswers({
    server: 'kube-system/kube-dns',
    without: null,
    asked: all,
    behind: { on: ['node-2'], ports },
    forbidding,
  });
const lost: Partial<ResolveRecord> = { outcome: 'timeout', code: null, found: [], afterMs: null };

describe('the cluster’s DNS', () => {
  it('answers', () => {
    const { violations, seen, inconclusive, notApplicable } = judge(
      asked(one, 'UDP', [{}, {}]),
      asked(other, 'TCP', [{}, { afterMs: 7 }]),
    );
    expect([violations, inconclusive, notApplicable]).to.deep.equal([[], null, null]);
    expect(seen).to.match(/^kube-system\/kube-dns answered 2 of 2 ways .* within 7\.0 ms$/);
  });

  it('does not answer a node over a protocol, or loses more than chance explains', () => {
    const dead = judge(asked(one, 'UDP', [{}, {}]), asked(other, 'UDP', [lost, lost]));
    expect(dead.violations).to.deep.equal([
      {
        kind: 'DNS does not answer',
        nodes: ['node-2'],
        over: 'UDP',
        only: null,
        at: null,
        refused: false,
        partly: false,
        evidence: '2 of 2 questions from node-2/pod-a to 10.96.0.10 over UDP got no answer (timeout); so on node-2',
      },
    ]);
    const way = { protocol: 'UDP', family: 'IPv4', port: 53, to: ['node-2'] };
    const from = { node: 'node-2', probe: 'pod-a' };
    expect(dead.unanswered).to.deep.equal([{ from, ...way, isSilent: true }]);
    const elsewhere = judgeBeside(null, [asked(other, 'UDP', [lost]), asked(other, 'TCP', [lost])], {
      UDP: 8053,
      TCP: null,
    });
    expect(elsewhere.unanswered?.map(({ portBehind }) => portBehind)).to.deep.equal([8053, undefined]);
    expect(judge(asked(one, 'UDP', [{}])).unanswered).to.equal(undefined);
    const half = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? lost : {}));
    const some = judge(asked(one, 'UDP', half));
    expect(some.violations.map(({ kind }) => kind)).to.deep.equal(['DNS does not answer']);
    expect(some.violations[0]).to.include({ partly: true });
    expect(some.unanswered?.map(({ isSilent }) => isSilent)).to.deep.equal([false]);
  });

  it('does not answer at one of its addresses: it is told at which', () => {
    const six = (from: Probe, records: (Partial<ResolveRecord> | null)[]) => ({
      ...asked(from, 'UDP', records),
      server: '2001:2::a',
    });
    const found = judge(asked(one, 'UDP', [{}]), six(one, [lost]), asked(other, 'UDP', [{}]), six(other, [lost]));
    expect(found.violations[0]).to.include({ at: '2001:2::a' });
    const both = judge(asked(one, 'UDP', [lost]), six(one, [lost]));
    expect(both.violations[0]).to.include({ at: null });
  });

  it('does not answer questions of one type: it is told which, and it is no matter of the way', () => {
    const way = asked(one, 'UDP', [{}, {}, {}, lost, lost, lost]);
    const answers = way.answers.map((answer, n) => ({ ...answer, type: n < 3 ? 'A' : 'AAAA' }));
    const found = judge({ ...way, answers }, asked(other, 'UDP', [{}]));
    expect(found.violations).to.have.length(1);
    expect(found.violations[0]).to.include({ only: 'AAAA' });
    expect(found.violations[0]?.evidence).to.include('all of type AAAA, and no other');
    expect(found.unanswered).to.equal(undefined);
    const both = judge({ ...way, answers: answers.map((answer) => ({ ...answer, type: 'A' })) });
    expect(both.violations[0]).to.include({ only: null });
  });

  it('may say by any code that there is no address of a type, but has to say so', () => {
    const way = asked(one, 'UDP', [{ found: [] }, { code: 3, found: [] }, { code: 4, found: [] }]);
    const none = way.answers.map((answer) => ({ ...answer, type: 'AAAA', expected: [] }));
    expect(judge({ ...way, answers: none }).violations).to.deep.equal([]);
    const silent = none.map((answer) => ({ ...answer, record: { ...answer.record!, ...lost } }));
    const found = judge({ ...way, answers: [...silent, ...asked(one, 'UDP', [{}, {}, {}]).answers] });
    expect(found.violations.map(({ kind }) => kind)).to.deep.equal(['DNS does not answer']);
    expect(found.violations[0]).to.include({ only: 'AAAA' });
  });

  it('is refused where nobody answers in its place: that is no silence', () => {
    const refused: Partial<ResolveRecord> = { ...lost, outcome: 'failed', error: 'ECONNREFUSED' };
    expect(judge(asked(one, 'UDP', [refused, refused])).violations[0]).to.include({ refused: true });
    expect(judge(asked(one, 'UDP', [refused, lost])).violations[0]).to.include({ refused: false });
    const malformed: Partial<ResolveRecord> = { ...lost, outcome: 'malformed', error: 'cut off' };
    expect(judge(asked(one, 'UDP', [malformed, malformed])).violations[0]).to.include({ kind: 'DNS answers wrongly' });
  });

  it('may leave out what it says it left out, and nothing else', () => {
    const some: Partial<ResolveRecord> = { found: [], truncated: true };
    expect(judge(asked(one, 'UDP', [{}, some])).violations).to.deep.equal([]);
    for (const wrong of [
      { ...some, code: 3 },
      { ...some, found: ['10.96.0.9'] },
    ])
      expect(judge(asked(one, 'UDP', [{}, wrong])).violations.map(({ kind }) => kind)).to.deep.equal([
        'DNS answers wrongly',
      ]);
  });

  it('answers wrongly: by an error, an address too many, one too few', () => {
    for (const wrong of [
      { code: 3, found: [] },
      { found: ['10.96.0.1', '10.96.0.2'] },
      { found: [] },
      { found: ['10.96.0.9'] },
    ]) {
      const { violations } = judge(asked(one, 'TCP', [{}, wrong]));
      expect(violations.map(({ kind }) => kind)).to.deep.equal(['DNS answers wrongly']);
      expect(violations[0]?.evidence).to.include('kubernetes.default.svc.cluster.local A is ');
    }
  });

  it('answers without knowing what is new: that may be a consequence', () => {
    const newer = (way: ReturnType<typeof asked>) => ({
      ...way,
      answers: way.answers.map((answer, n) => (n === 0 ? answer : { ...answer, name: 'headless.svc.cluster.local' })),
    });
    const outdated = judge(newer(asked(one, 'UDP', [{}, { code: 3, found: [] }])), asked(other, 'UDP', [lost]));
    expect(outdated.unanswered?.map(({ isOutdated }) => isOutdated)).to.deep.equal([undefined, true]);
    const wrong = judge(asked(one, 'UDP', [{ found: ['10.96.0.1', '10.96.0.2'] }]), asked(other, 'UDP', [lost]));
    expect(wrong.unanswered).to.equal(undefined);
    const failing = judge(newer(asked(one, 'UDP', [{}, { code: 2, found: [] }])));
    const unknown = judge(
      newer(
        asked(one, 'UDP', [
          { code: 3, found: [] },
          { code: 3, found: [] },
        ]),
      ),
    );
    expect(unknown.unanswered).to.equal(undefined);
    expect(failing.unanswered).to.equal(undefined);
  });

  it('answers with an error: it is told which, where nothing else is wrong', () => {
    const found = (...records: Parameters<typeof asked>[2]) => judge(asked(one, 'UDP', records)).violations[0];
    expect(found({}, { code: 2, found: [] })).to.include({ error: 'SERVFAIL', over: 'UDP' });
    expect(found({}, { code: 2, found: [] })?.evidence).to.include(': SERVFAIL (code 2) to kubernetes.default');
    expect(found({ code: 5, found: [] }, { code: 5, found: [] })).to.include({ error: 'REFUSED' });
    for (const beside of [
      { code: 5, found: [] },
      { found: [] },
      { code: 3, found: [] },
      { outcome: 'malformed' as const, code: null, error: 'cut off', found: [] },
    ])
      expect(found({ code: 2, found: [] }, beside)).to.include({ error: null });
  });

  it('is right to leave out pods that are not Ready, and to tell of those that just were', () => {
    const kinds = (unready: string[], ...records: Parameters<typeof asked>[2]) => {
      const all = asked(one, 'UDP', records);
      const answers = all.answers.map((answer) => ({ ...answer, expected: ['10.96.0.1', '10.96.0.2'], unready }));
      return judge({ ...all, answers }).violations.map(({ kind }) => kind);
    };
    const both = { found: ['10.96.0.1', '10.96.0.2'] };
    expect(kinds(['10.96.0.2'], {}, both)).to.deep.equal([]);
    expect(kinds(['10.96.0.1', '10.96.0.2'], { code: 3, found: [] })).to.deep.equal([]);
    expect(kinds(['10.96.0.1', '10.96.0.2'], { code: 2, found: [] })).to.deep.equal(['DNS answers wrongly']);
    for (const unready of [[], ['10.96.0.1']]) expect(kinds(unready, {}, both)).to.deep.equal(['DNS answers wrongly']);
  });

  describe('that policies of somebody else may forbid to ask', () => {
    const forbidding = 'NetworkPolicy default-deny may forbid it';

    it('proves nothing where a way gets no answer at all, and the policy is named', () => {
      for (const silence of [lost, { ...lost, outcome: 'failed' as const }]) {
        const { violations, inconclusive, seen } = judgeBeside(forbidding, [
          asked(one, 'UDP', [{}, {}]),
          asked(other, 'UDP', [silence, silence]),
          asked(other, 'TCP', [silence, silence]),
        ]);
        expect(violations).to.deep.equal([]);
        expect(inconclusive).to.equal(`2 ways (TCP and UDP, from node-2) got no answer: ${forbidding}`);
        expect(seen).to.include('answered 1 of 3 ways');
      }
    });

    it('is held to what it does answer: wrongly, or now and then', () => {
      const half = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? lost : {}));
      const kinds = (...records: Parameters<typeof asked>[2]) =>
        judgeBeside(forbidding, [asked(one, 'UDP', records)]).violations.map(({ kind }) => kind);
      expect(kinds(...half)).to.deep.equal(['DNS does not answer']);
      expect(kinds({ code: 3, found: [] }, {})).to.deep.equal(['DNS answers wrongly']);
      const malformed = { outcome: 'malformed' as const, code: null, found: [] };
      expect(kinds(malformed, malformed)).to.have.length(1);
    });
  });

  it('is not judged where there is none, or a reply did not arrive', () => {
    const none = dnsAnswers({
      server: null,
      without: 'the cluster has none',
      asked: [],
      behind: { on: [], ports: { UDP: null, TCP: null } },
      forbidding: null,
    });
    expect(none).to.include({ notApplicable: 'the cluster has none', inconclusive: null });
    expect(judge(asked(one, 'UDP', [null])).inconclusive).to.match(/^1 ways could not be asked about/);
  });
});
