/** Two runs at once in one process, each with the real clauses, on clusters whose probes have the same names, uids and addresses. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { makeSession } from '../../../lib/cli/make-session.ts';
import { loadClauses, runClauses } from '../../../lib/cli/suite.ts';
import { createRun, type OngoingRun } from '../../../lib/verdict/create-run.ts';
import { deploymentOf, plainOptions } from './deployments.ts';
import { makeWorld, type Network, type World } from '../mesh/world.ts';

const ids = ['node-to-node', 'pod-to-pod-same-node', 'pod-to-pod-across-nodes', 'node-to-pod', 'pod-to-node'];

async function begin(network: Network): Promise<{ run: OngoingRun; world: World }> {
  const world = makeWorld({ nodes: 2, network });
  const run = createRun();
  const session = await makeSession(deploymentOf(world.all), plainOptions(run));
  run.openSession(session);
  return { run, world };
}

const sound: Network = () => null;
/** node-1 reaches no pod of node-2. */
const cut: Network = (_dial, { from, to }) =>
  from.node === 'node-1' && to.node === 'node-2' && to.kind === 'pod'
    ? { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null }
    : null;

describe('two runs at once in one process', function () {
  this.timeout(60_000);

  it('judge their own networks, count their own dials, and know nothing of each other', async () => {
    const clauses = (await loadClauses()).filter(({ id }) => ids.some((name) => id === `flat-network/${name}`));
    expect(clauses).to.have.length(ids.length);
    const both = [await begin(sound), await begin(cut), await begin(sound)];
    const { signal } = new AbortController();
    const started: string[] = [];
    await Promise.all(
      both.map(({ run }, n) => runClauses(clauses, { run, signal, onStart: (id) => started.push(`${n} ${id}`) })),
    );
    // All three had begun before any was through its first clause.
    expect(started.slice(0, 3).map((one) => one[0])).to.deep.equal(['0', '1', '2']);
    const red = both.map(({ run }) =>
      run.recorded().results.flatMap(({ id, verdict }) => (verdict === 'pass' ? [] : [`${id}: ${verdict}`])),
    );
    expect(red).to.deep.equal([
      [],
      ['flat-network/pod-to-pod-across-nodes: fail', 'flat-network/node-to-pod: fail'],
      [],
    ]);
    const [first, , third] = both.map(({ run, world }) => ({
      dials: run.recorded().results.map(({ exchanged }) => exchanged.dials),
      failing: run.traffic.found.failing.length,
      asked: world.asked
        .filter(({ body }) => body.kind === 'dial')
        .flatMap(({ body }) => ('dials' in body ? body.dials : [])).length,
    }));
    expect(third).to.deep.equal(first);
    expect(first?.failing).to.equal(0);
  });
});
