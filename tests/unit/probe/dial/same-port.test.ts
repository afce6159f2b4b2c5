/**
 * What connection tracking makes of TCP from one and the same source port, on loopback of a namespace: why `services/endpoints-follow-pods` takes
 * any port for TCP (docs/decisions/0036).
 */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { startAgent, type TestAgent } from '../agents.ts';
import { canIsolate, makeNamespace, type Namespace } from '../namespaces.ts';

const service = { address: '127.0.0.9', port: 80 };
const sourcePort = 61_321;

describe('TCP to a Service from one and the same source port', function () {
  this.timeout(60_000);
  let namespace: Namespace | undefined;
  const agents: TestAgent[] = [];
  const iptables = (...args: string[]): void => namespace?.run('iptables', '-w', ...args);
  const toService = ['-p', 'tcp', '-d', service.address, '--dport', String(service.port)];

  before(async function () {
    if (!canIsolate()) this.skip();
    namespace = makeNamespace();
    namespace.run('ip', 'link', 'set', 'lo', 'up');
    // Connection tracking works as long as a rule asks for it.
    iptables('-A', 'INPUT', '-m', 'conntrack', '--ctstate', 'NEW', '-m', 'comment', '--comment', 'tracked');
    // Nobody answers what was not translated, as where the default route leads.
    iptables('-A', 'INPUT', ...toService, '-j', 'DROP');
    const { inside } = namespace;
    agents.push(await startAgent('first', { spawnWith: inside }), await startAgent('second', { spawnWith: inside }));
  });
  after(async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
    namespace?.remove();
  });

  /** As kube-proxy does when the pods behind a Service change. */
  function lead(to: TestAgent | undefined): void {
    iptables('-t', 'nat', '-F', 'OUTPUT');
    if (to === undefined) return;
    iptables('-t', 'nat', '-A', 'OUTPUT', ...toService, '-j', 'DNAT', '--to-destination', `127.0.0.1:${to.port}`);
  }

  /** Who answered, or what became of it. */
  async function dial(preferredPort = 0): Promise<string> {
    const [record] = await agents[0]!.dial({ ...service, preferredPort, timeoutMs: 400 });
    if (preferredPort !== 0) expect(record?.local?.port).to.equal(preferredPort);
    return record?.views[0]?.who.pod ?? record?.outcome ?? 'no record';
  }

  it('never stays with the pod that has left: a reset ends the entry with the connection', async () => {
    for (const agent of [agents[0], agents[1], agents[0], agents[1]]) {
      lead(agent);
      for (let n = 0; n < 5; n += 1) expect(await dial(sourcePort)).to.equal(agent === agents[0] ? 'first' : 'second');
    }
  });

  it('stays dead once a SYN left untranslated, though the rules are right again; from another port it is sound', async () => {
    lead(undefined);
    expect(await dial(sourcePort)).to.equal('timeout');
    lead(agents[0]);
    expect([await dial(sourcePort), await dial(sourcePort), await dial(sourcePort)]).to.deep.equal([
      'timeout',
      'timeout',
      'timeout',
    ]);
    expect(await dial()).to.equal('first');
  });
});
