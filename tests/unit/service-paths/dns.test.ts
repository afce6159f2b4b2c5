/** Questions to the cluster's DNS, and when policies of somebody else are asked about. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClusterDns } from '../../../lib/cluster/model.ts';
import type { ResolveRecord } from '../../../lib/conversations/resolve.ts';
import { askDns } from '../../../lib/service-paths/dns.ts';
import type { Session } from '../../../lib/verdict/session.ts';
import { makeSession } from './make-believe-session.ts';

const dns: ClusterDns = {
  name: 'kube-system/kube-dns',
  namespace: 'kube-system',
  selector: { 'k8s-app': 'kube-dns' },
  addresses: { IPv4: '10.96.0.10' },
  ports: { UDP: 53, TCP: 53 },
  targetPorts: { UDP: 53, TCP: 53 },
  kubernetes: { IPv4: '10.96.0.1' },
};
const why = 'NetworkPolicy kube-system/dns may forbid it';

/** What is asked, with answers over UDP alone, or over both, and how often policies were asked about. */
async function asked(outcomes: Record<'UDP' | 'TCP', ResolveRecord['outcome']>, unready = 0) {
  const { session } = makeSession(undefined, { knownAtOnce: true });
  for (const { channel } of session.pods) {
    const request = channel.request.bind(channel);
    channel.request = async (body: Parameters<typeof request>[0], options: Parameters<typeof request>[1]) => {
      if (body.kind !== 'resolve') return request(body, options);
      const records = body.questions.map(({ id, protocol }): ResolveRecord => {
        const outcome = outcomes[protocol];
        return { kind: 'resolve', id, protocol, outcome, code: 0, found: ['10.96.0.1'], afterMs: 1, error: null };
      });
      return { whole: true, records, stallMs: 0, instance: '' };
    };
  }
  let times = 0;
  const found = await askDns({
    ...session,
    policies: { namespace: 'flatnet-test' } as Session['policies'],
    clusterDns: async () => dns,
    behindDns: async () => ({ on: ['node-2'], ports: { UDP: 53, TCP: 53 } }),
    readyPods: async () => new Set(session.pods.slice(unready).map(({ pod }) => pod)),
    forbiddingDns: async (about) => {
      expect(about).to.equal(dns);
      times += 1;
      return why;
    },
  });
  return { ...found, times };
}

describe('questions to the cluster’s DNS', () => {
  it('are for addresses of both families, as resolvers ask, whichever the cluster has', async () => {
    const { asked: all } = await asked({ UDP: 'answered', TCP: 'answered' });
    const kinds = all.flatMap(({ answers }) =>
      answers.map(({ name, type, expected }) => `${name.split('.')[0]} ${type} ${expected.length > 0}`),
    );
    expect(new Set(kinds)).to.deep.equal(
      new Set(['kubernetes A true', 'kubernetes AAAA false', 'headless A true', 'headless AAAA false']),
    );
  }).timeout(30_000);

  it('need nobody’s policies where every way is answered, be it wrongly: only its pods are asked for', async () => {
    const { times, forbidding, behind } = await asked({ UDP: 'answered', TCP: 'malformed' });
    expect([times, forbidding, behind.on]).to.deep.equal([0, null, ['node-2']]);
  }).timeout(30_000);

  it('have policies of somebody else looked for once where some way is silent', async () => {
    for (const TCP of ['timeout', 'failed'] as const) {
      const { times, forbidding, behind } = await asked({ UDP: 'answered', TCP });
      expect([times, forbidding, behind.on]).to.deep.equal([1, why, ['node-2']]);
    }
  }).timeout(30_000);

  it('ask the API which pods are Ready where an answer is not what was expected', async () => {
    const unreadyOf = (found: Awaited<ReturnType<typeof asked>>) =>
      new Set(found.asked.flatMap(({ answers }) => answers.flatMap(({ unready = [] }) => unready)));
    const outcomes = { UDP: 'answered', TCP: 'answered' } as const;
    expect(unreadyOf(await asked(outcomes)).size).to.equal(0);
    expect(unreadyOf(await asked(outcomes, 3)).size).to.be.above(0);
  }).timeout(30_000);
});
