/** Lists of whatever a large cluster has many of are read in pages, to the last one. */
import { globSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi, type Api } from '../../../../lib/cluster/api/api.ts';
import { listWarnings } from '../../../../lib/cluster/probes/events.ts';
import { findLeftovers } from '../../../../lib/cluster/namespace/leftovers.ts';
import { podRanges } from '../../../../lib/cluster/survey/pod-ranges.ts';
import { foreignPolicies } from '../../../../lib/cluster/policies/foreign.ts';
import { waitForRollout } from '../../../../lib/cluster/probes/rollout.ts';
import { serviceRanges } from '../../../../lib/cluster/survey/service-ranges.ts';
import { startFakeApi, status, type FakeApi } from '../fake-api.ts';
import { podObject } from '../fake-cluster.ts';

const namespace = 'flatnet-1';
const names = ['a', 'b', 'c'];
const allReady = { type: 'ADDED', object: { metadata: { name: 'pod-a' }, status: { numberReady: names.length } } };

describe('a list', () => {
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());

  /** An API server that has `items` at `path`, and hands out one a page whatever the limit. */
  async function paging(path: string, items: readonly unknown[]): Promise<Api> {
    fake = await startFakeApi((request) => {
      const query = new URLSearchParams(request.url.split('?')[1]);
      if (query.get('watch') === 'true') return { stream: (write) => write(allReady) };
      if (request.path !== path) return status(404, 'the server could not find the requested resource');
      const from = Number(query.get('continue') ?? 0);
      const next = from + 1 < items.length ? { continue: String(from + 1) } : {};
      return { json: { metadata: next, items: items.slice(from, from + 1) } };
    });
    return connectApi(fake.target);
  }

  function expectPages(pages: number): void {
    const lists = (fake?.requests ?? []).filter(({ url, method }) => method === 'GET' && !url.includes('watch=true'));
    expect(lists).to.have.length(pages);
    for (const { url } of lists) expect(url).to.match(/[?&]limit=500(&|$)/);
  }

  it('of a run’s pods', async () => {
    const labels = { 'flatnet/probe': 'pod-a' };
    const pods = names.map((node) => podObject(`pod-a-${node}`, { node, labels }));
    const api = await paging(`/api/v1/namespaces/${namespace}/pods`, pods);
    const { started } = await waitForRollout(api, {
      namespace,
      names: ['pod-a'],
      nodes: names,
      image: 'image',
      deadlineMs: 20_000,
    });
    expect(started.map(({ node }) => node)).to.deep.equal(names);
    expectPages(3);
  });

  it('of events', async () => {
    const events = names.map((reason) => ({ metadata: {}, involvedObject: {}, reason }));
    const api = await paging(`/api/v1/namespaces/${namespace}/events`, events);
    expect((await listWarnings(api, { namespace })).map(({ reason }) => reason)).to.deep.equal(names);
    expectPages(3);
    expect(fake?.requests.every(({ url }) => url.includes('fieldSelector=type%3DWarning'))).to.equal(true);
  });

  it('of namespaces that runs left', async () => {
    const annotations = { 'flatnet/alive-until': '2026-01-01T00:00:00Z' };
    const api = await paging(
      '/api/v1/namespaces',
      names.map((name) => ({ metadata: { name, annotations } })),
    );
    expect((await findLeftovers(api)).map(({ name }) => name)).to.deep.equal(names);
    expectPages(3);
  });

  it('of NetworkPolicies', async () => {
    const api = await paging(
      `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
      names.map((name) => ({ metadata: { name } })),
    );
    const run = { namespace, namespaceLabels: {}, pods: [{}] };
    expect((await foreignPolicies(api, { run })).map(({ name }) => name)).to.deep.equal(names);
    // And one request for the API groups.
    fake?.requests.splice(0, 1 + fake.requests.findIndex(({ path }) => path === '/apis'));
    expectPages(3);
  });

  it('of Service ranges', async () => {
    const api = await paging(
      '/apis/networking.k8s.io/v1/servicecidrs',
      names.map((name) => ({ metadata: { name }, spec: { cidrs: [`range of ${name}`] } })),
    );
    expect((await serviceRanges(api)).ranges.map(({ range }) => range)).to.deep.equal(
      names.map((name) => `range of ${name}`),
    );
    expectPages(3);
  });

  it('of a plugin’s own objects, one a node', async () => {
    const api = await paging(
      '/apis/cilium.io/v2/ciliumnodes',
      names.map((name) => ({ metadata: { name }, spec: { ipam: { podCIDRs: [`range of ${name}`] } } })),
    );
    const { ranges, notes } = await podRanges(api, { nodes: [], pods: [], cni: 'cilium' });
    expect(ranges.map(({ node }) => node)).to.deep.equal(names);
    expect(notes).to.deep.equal([]);
  });

  it('is bounded wherever lib/cluster asks for one', () => {
    const calls = globSync('lib/cluster/**/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\.list[A-Z]\w*\(([^()]*)\)/g)].map(([call, args]) => ({ call, args })),
    );
    expect(calls.length).to.be.above(8);
    expect(calls.filter(({ args }) => !/\bpage\b|\blimit:/.test(args ?? '')).map(({ call }) => call)).to.deep.equal([]);
  });
});
