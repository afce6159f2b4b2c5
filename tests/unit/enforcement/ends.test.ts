/** What policies make of a dial through a Service, where the API says it, and where it does not. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { forbids } from '../../../lib/enforcement/ends.ts';
import { destinationOf } from '../../../lib/mesh/destination.ts';
import type { Policy } from '../../../lib/policy/objects.ts';
import { byClusterIP } from '../../../lib/service-paths/destinations.ts';
import { makeWorld } from '../mesh/world.ts';

const namespace = 'flatnet-test';

/** Of pod-a on node-1 to pod-b on node-2, which listens on 9000, at its own address and through a Service. */
function forbidden(spec: Omit<Policy['spec'], 'podSelector'>, { servicePort }: { servicePort: number }) {
  const { pods } = makeWorld({ nodes: 2 });
  const [from, , , to] = pods as [(typeof pods)[0], unknown, unknown, (typeof pods)[0]];
  to.hello.port = 9_000;
  const made = { clusterIP: '198.19.0.1', clusterIPs: { IPv4: '198.19.0.1' }, nodePorts: { TCP: null, UDP: null } };
  const service = byClusterIP({ name: 'one', pods: [to.pod], port: servicePort, ...made }, [to]);
  const rules = { policies: [{ metadata: { name: 'one', namespace }, spec: { podSelector: {}, ...spec } }] };
  const dialled = { from, protocol: 'TCP' } as const;
  return [
    forbids(rules, { ...dialled, to: destinationOf(to), port: 9_000 }, namespace),
    forbids(rules, { ...dialled, to: service, port: servicePort }, namespace),
  ];
}

const podB = { podSelector: { matchLabels: { 'flatnet/probe': 'pod-b' } } };
const podA = { podSelector: { matchLabels: { 'flatnet/probe': 'pod-a' } } };

describe('a dial through a Service', () => {
  it('is forbidden as one to the pod behind it, where only peers and directions decide', () => {
    const servicePort = 8_080;
    expect(forbidden({ policyTypes: ['Ingress'] }, { servicePort })).to.deep.equal([true, true]);
    expect(forbidden({ policyTypes: ['Egress'] }, { servicePort })).to.deep.equal([true, true]);
    expect(forbidden({ policyTypes: ['Egress'], egress: [{ to: [podA] }] }, { servicePort })).to.deep.equal([
      true,
      true,
    ]);
    expect(forbidden({ policyTypes: ['Egress'], egress: [{ to: [podB] }] }, { servicePort })).to.deep.equal([
      false,
      false,
    ]);
  });

  it('is left open where a port decides, and it is another one at the pod', () => {
    const spec: Omit<Policy['spec'], 'podSelector'> = {
      policyTypes: ['Egress'],
      egress: [{ ports: [{ port: 9_000 }] }],
    };
    expect(forbidden(spec, { servicePort: 8_080 })).to.deep.equal([false, null]);
    expect(forbidden(spec, { servicePort: 9_000 })).to.deep.equal([false, false]);
  });

  it('is left open where a block of addresses decides, also one that the pod is certainly not in', () => {
    const to = [{ ipBlock: { cidr: '192.0.2.0/24' } }];
    expect(forbidden({ policyTypes: ['Egress'], egress: [{ to }] }, { servicePort: 9_000 })).to.deep.equal([
      true,
      null,
    ]);
  });
});
