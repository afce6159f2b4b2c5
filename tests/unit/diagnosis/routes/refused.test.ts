/** A kernel that refuses is the cause, and the rule of policy routing that others have not. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { RoutingRule } from '../../../../lib/evidence/node-evidence.ts';
import { isBridged } from '../../../../lib/diagnosis/folding/pattern.ts';
import type { Edge } from '../../../../lib/verdict/run.ts';
import { both, causesOf, drops, isPod, mesh, type Fault, type MeshOptions } from '../mesh.ts';
import { kernelsOf, noWay, type KernelOptions } from './kernels.ts';

type Says = NonNullable<KernelOptions['says']>;
type Rules = NonNullable<KernelOptions['rules']>;

const rule = (priority: number, table: number | null, family: RoutingRule['family'] = 'IPv4'): RoutingRule => ({
  family,
  priority,
  table,
});

/** A node whose rule refuses all pods: what it routes to them is lost. */
const refusing = (...nodes: string[]): Fault =>
  drops((leg) => isPod(leg.to) && nodes.some((node) => [leg.from.node, leg.to.node].includes(node)) && !isBridged(leg));
const podsRefused =
  (error: string, ...nodes: string[]): Says =>
  (node, to) =>
    nodes.includes(node) && isPod(to) ? noWay(error) : null;
const rulesOn =
  (found: Record<string, RoutingRule[]>): Rules =>
  (node) =>
    found[node] ?? [];

function saidOf(plant: Fault, options: KernelOptions, over: Partial<MeshOptions> = {}) {
  const edges = mesh({ nodes: 3, ...over }, plant);
  return causesOf(edges, { evidence: kernelsOf(edges, options) });
}

const likely = (plant: Fault, options: KernelOptions, over: Partial<MeshOptions> = {}): string[] =>
  saidOf(plant, options, over).map(({ likelyCause }) => likelyCause);

const vpn = {
  says: podsRefused('EHOSTUNREACH', 'node-1'),
  rules: rulesOn({ 'node-1': [rule(5_270, 52)] }),
};

describe('a rule of policy routing', () => {
  it('is named with its table, and with what the kernel says', () => {
    const [cause, ...more] = saidOf(refusing('node-1'), vpn);
    expect(cause?.likelyCause).to.equal(
      'node-1 has no working route to the pods of node-1, node-2 and node-3: the one that the kernel finds says unreachable (EHOSTUNREACH); rule 5270 (table 52) of policy routing comes before the main table, and no other node that was asked has the like',
    );
    expect(cause?.evidence.slice(1)).to.deep.equal([
      'by the kernel of node-1 (ip route get), there is no way to 198.18.1.2, 198.18.1.3, 198.18.2.2, 198.18.2.3 and 2 more: EHOSTUNREACH',
      'node-1 has rule 5270 (table 52), by ip rule; node-2 and node-3 have not',
    ]);
    expect(cause?.lookWith).to.include('ip rule; ip route show table 52; ip route get 198.18.');
    expect(more).to.deep.equal([]);
  });

  it('is named over IPv6 with its own commands, and only if it is of that family', () => {
    const overIPv6: Fault = (edge) => (edge.family === 'IPv6' ? refusing('node-1')(edge) : null);
    const says: Says = (node, to) => (to.address?.includes(':') === true ? vpn.says(node, to) : null);
    const rules = rulesOn({ 'node-1': [rule(99, 7), rule(5_270, 52, 'IPv6')] });
    const [cause] = saidOf(overIPv6, { says, rules }, { families: ['IPv4', 'IPv6'] });
    expect(cause?.likelyCause).to.match(/^node-1 has no working IPv6 route to .*; rule 5270 \(table 52\) of policy/);
    expect(cause?.lookWith).to.include('ip -6 rule; ip -6 route show table 52; ip -6 route get fd00:');
  });

  it('is not suspected if others have it, or if it comes too late, or leads to the main table', () => {
    for (const rules of [
      rulesOn({ 'node-1': [rule(5_270, 52)], 'node-3': [rule(5_270, 52)] }),
      rulesOn({ 'node-1': [rule(32_800, 52)] }),
      rulesOn({ 'node-1': [rule(512, 254)] }),
    ])
      expect(likely(refusing('node-1'), { ...vpn, rules })).to.match(/unreachable \(EHOSTUNREACH\)$/);
  });

  it('refuses by itself with the errors of rules: a table without the address leads on to the next', () => {
    const rules = rulesOn({ 'node-1': [rule(77, null), rule(5_270, 52)] });
    const says = podsRefused('ENETUNREACH', 'node-1');
    expect(likely(refusing('node-1'), { says, rules })).to.match(/; rule 77 \(refuses by itself\) of policy routing/);
    expect(likely(refusing('node-1'), { ...vpn, rules })).to.match(/; rule 5270 \(table 52\) of policy routing/);
    const prohibited = podsRefused('EACCES', 'node-1');
    expect(likely(refusing('node-1'), { says: prohibited, rules })).to.match(
      /prohibited \(EACCES\); rules 77 \(refuses by itself\) and 5270 \(table 52\) of policy routing come before/,
    );
  });

  it('is told of each of two nodes that have different ones', () => {
    const says = podsRefused('EHOSTUNREACH', 'node-1', 'node-4');
    const rules = rulesOn({ 'node-1': [rule(5_270, 52)], 'node-4': [rule(100, 9)] });
    const plant = both(refusing('node-1'), refusing('node-4'));
    const said = likely(plant, { says, rules }, { nodes: 5 }).join('\n');
    expect(said).to.match(/^node-1 has .* rule 5270 \(table 52\) of policy routing comes/m);
    expect(said).to.match(/^node-4 has .* rule 100 \(table 9\) of policy routing comes/m);
  });

  it('is told once of all nodes, where all have it', () => {
    const all = ['node-1', 'node-2', 'node-3'];
    const says = podsRefused('EHOSTUNREACH', ...all);
    const rules = (): RoutingRule[] => [rule(5_270, 52)];
    expect(likely(refusing(...all), { says, rules })).to.deep.equal([
      'node-1, node-2 and node-3 have no working route to the pods of node-1, node-2 and node-3: the one that the kernel finds says unreachable (EHOSTUNREACH); rule 5270 (table 52) of policy routing comes before the main table',
    ]);
  });
});

describe('a kernel without a route', () => {
  const missing = drops((leg) => leg.from.node === 'node-1' && isPod(leg.to, 'node-3'));
  const says =
    (error: string): Says =>
    (node, to) =>
      node === 'node-1' && isPod(to, 'node-3') ? noWay(error) : null;

  for (const [error, words] of [
    ['ENETUNREACH', 'the kernel finds none'],
    ['EACCES', 'the one that the kernel finds says prohibited'],
    ['EINVAL', 'the one that the kernel finds is a black hole'],
  ] as const)
    it(`is told as what it is: ${error}`, () => {
      expect(likely(missing, { says: says(error) })).to.deep.equal([
        `node-1 has no working route to the pods of node-3: ${words} (${error})`,
      ]);
    });

  it('is not what the look-up itself failed of, or what was not asked', () => {
    const asEver = /^node-1 has no working route to the pods of node-3, or a wrong neighbour entry/;
    expect(likely(missing, { says: says('EOPNOTSUPP') })).to.match(asEver);
    expect(likely(missing, { says: says('ENETUNREACH'), asked: ['node-2', 'node-3'] })).to.match(asEver);
  });

  /** As with a tunnel: node-3 sends from its address of it. */
  function behindTunnel(plant: Fault, options: KernelOptions = {}) {
    const tunnel = { address: '198.18.3.0', port: 50_000 };
    const edges = mesh({ nodes: 3 }, plant).map((edge) =>
      edge.from.node === 'node-3' && edge.from.probe === 'node' && isPod(edge.to) && edge.diallerSees !== null
        ? { ...edge, diallerSees: { ...edge.diallerSees, local: tunnel } }
        : edge,
    );
    const refusal = { address: tunnel.address, gateway: null, device: null, table: null, error: 'ENETUNREACH' };
    const evidence = kernelsOf(edges, options).map((one) =>
      one.node === 'node-1' ? { ...one, routes: [...one.routes, refusal] } : one,
    );
    return causesOf(edges, { evidence });
  }
  const toTunnel: Parameters<typeof drops>[0] = ({ from, to, answer }) =>
    answer && isPod(from, 'node-1') && to.probe === 'node' && to.node === 'node-3';

  it('is known of the address that a node sent from: answers go there', () => {
    const [cause, ...more] = behindTunnel(drops(toTunnel));
    expect(cause?.likelyCause).to.equal(
      'node-1 has no working route to 198.18.3.0, from which node-3 dials: the kernel finds none (ENETUNREACH)',
    );
    expect(cause?.evidence[1]).to.match(/no way to 198\.18\.3\.0: ENETUNREACH$/);
    expect(more).to.deep.equal([]);
  });

  it('is one cause where it takes several patterns to tell what it refuses', () => {
    const [cause, ...more] = behindTunnel(both(missing, drops(toTunnel)), { says: says('ENETUNREACH') });
    expect(cause?.likelyCause).to.equal(
      'node-1 has no working route to the pods of node-3 and 198.18.3.0, from which node-3 dials: the kernel finds none (ENETUNREACH)',
    );
    expect(cause?.evidence.filter((one) => / is lost/.test(one))).to.have.length(2);
    expect(more).to.deep.equal([]);
  });

  it('says nothing of a fault that reaches further', () => {
    const all = drops((leg) => leg.from.node !== 'node-3' && isPod(leg.to, 'node-3'));
    expect(likely(all, { says: says('ENETUNREACH') })).to.match(/^node-3 drops what comes for its pods/);
  });

  it('is told by those addresses that were asked for, where there were too many', () => {
    const edges = mesh({ nodes: 3 }, missing);
    const some = kernelsOf(edges, { says: says('ENETUNREACH') }).map((one) => ({
      ...one,
      routes: one.routes.filter(({ address }) => address !== '198.18.3.3'),
    }));
    const [cause] = causesOf(edges, { evidence: some });
    expect(cause?.likelyCause).to.match(/^node-1 has no working route to the pods of node-3: the kernel finds none/);
    expect(cause?.evidence[1]).to.match(/no way to 198\.18\.3\.2: ENETUNREACH$/);
  });

  it('says nothing where the network carries packets past it: what passes elsewhere would need such a route, too', () => {
    const past: Says = (node, to) => (isPod(to) && node !== to.node ? noWay('ENETUNREACH') : null);
    const filtered = drops((leg) => leg.from.node === 'node-1' && isPod(leg.from) && isPod(leg.to, 'node-3'));
    expect(likely(filtered, { says: past }).join()).not.to.include('ENETUNREACH');
  });

  it('says nothing of what is lost on one port: the others need the same route', () => {
    const onePort: Fault = (edge) => (edge.port === 4_000 ? missing(edge) : null);
    const said = likely(onePort, { says: says('ENETUNREACH') }, { ports: [4_000] });
    expect(said.join()).not.to.include('ENETUNREACH');
  });

  it('stays the cause where it began in mid-run: no table is full', () => {
    const at = (ms: number, edges: Edge[]): Edge[] =>
      edges.map((edge, n) => ({ ...edge, id: `${ms} ${n}`, dialledMs: ms }));
    const lost = at(20_000, mesh({ nodes: 3 }, missing)).filter(({ problems }) => problems.length > 0);
    const rechecks = lost.map((edge) => ({ ...edge, recheck: true as const }));
    const edges = [
      ...at(
        1_000,
        mesh({ nodes: 3 }, () => null),
      ),
      ...rechecks,
    ];
    const [cause, ...more] = causesOf(edges, { evidence: kernelsOf(edges, { says: says('ENETUNREACH') }) });
    expect(cause?.likelyCause).to.match(
      /^node-1 has no working route to the pods of node-3: the kernel finds none \(ENETUNREACH\); it began in mid-run, between second 1 and second 21 /,
    );
    expect(more).to.deep.equal([]);
  });

  it('says nothing of Services: what stands for them comes before the route', () => {
    const via: NonNullable<Edge['to']['via']> = { service: 'one', kind: 'ClusterIP', node: null };
    const edges = mesh({ nodes: 3 }, missing).map((edge) => ({ ...edge, to: { ...edge.to, via } }));
    const found = causesOf(edges, { evidence: kernelsOf(edges, { says: says('ENETUNREACH') }) });
    expect(found.map(({ likelyCause }) => likelyCause).join())
      .to.include('kube-proxy')
      .and.not.to.include('ENET');
  });
});
