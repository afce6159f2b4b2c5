/** The examples of the Kubernetes documentation on network policies, and what it says of them. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { allows } from '../../../lib/policy/model.ts';
import type { End, Policy } from '../../../lib/policy/objects.ts';
import { outside, pod, policy } from './world.ts';

const client = pod('client', { access: 'true' });
const server = pod('server', { app: 'nginx' });

function tcp(policies: Policy[], from: End, to: End, port = 80): boolean | null {
  return allows(policies, { from, to, protocol: 'TCP', port });
}

describe('the documentation’s policies', () => {
  it('none: everything is allowed', () => {
    expect(tcp([], client, server)).to.equal(true);
    expect(tcp([], outside('203.0.113.1'), server)).to.equal(true);
  });

  it('default deny ingress: nothing comes in, everything goes out', () => {
    const deny = policy({ podSelector: {}, policyTypes: ['Ingress'] });
    expect(tcp([deny], client, server)).to.equal(false);
    expect(tcp([deny], server, outside('203.0.113.1'))).to.equal(true);
    expect(tcp([deny], client, pod('elsewhere', {}, { namespace: 'other' }))).to.equal(true);
  });

  it('allow all ingress: an empty rule is for everybody, and outweighs a denial', () => {
    const deny = policy({ podSelector: {}, policyTypes: ['Ingress'] });
    const allow = policy({ podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] });
    expect(tcp([deny, allow], client, server)).to.equal(true);
  });

  it('default deny egress: nothing goes out, not even to pods of the same namespace', () => {
    const deny = policy({ podSelector: {}, policyTypes: ['Egress'] });
    expect(tcp([deny], client, server)).to.equal(false);
    expect(tcp([deny], pod('elsewhere', {}, { namespace: 'other' }), server)).to.equal(true);
  });

  it('the NetworkPolicy resource: a block without its exception, a namespace, pods; and a port out', () => {
    const db = pod('db', { role: 'db' });
    const example = policy({
      podSelector: { matchLabels: { role: 'db' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [
            { ipBlock: { cidr: '198.18.0.0/16', except: ['198.18.1.0/24'] } },
            { namespaceSelector: { matchLabels: { project: 'myproject' } } },
            { podSelector: { matchLabels: { role: 'frontend' } } },
          ],
          ports: [{ protocol: 'TCP', port: 6379 }],
        },
      ],
      egress: [{ to: [{ ipBlock: { cidr: '198.19.0.0/24' } }], ports: [{ protocol: 'TCP', port: 5978 }] }],
    });
    const frontend = pod('frontend', { role: 'frontend' });
    const friend = pod('friend', {}, { namespace: 'other', namespaceLabels: { project: 'myproject' } });
    const namesake = pod('namesake', { role: 'frontend' }, { namespace: 'other' });
    expect(tcp([example], frontend, db, 6379)).to.equal(true);
    expect(tcp([example], frontend, db, 6380)).to.equal(false);
    expect(allows([example], { from: frontend, to: db, protocol: 'UDP', port: 6379 })).to.equal(false);
    expect(tcp([example], friend, db, 6379)).to.equal(true);
    expect(tcp([example], namesake, db, 6379)).to.equal(false);
    expect(tcp([example], outside('198.18.2.1'), db, 6379)).to.equal(true);
    expect(tcp([example], outside('198.18.1.1'), db, 6379)).to.equal(false);
    expect(tcp([example], db, outside('198.19.0.7'), 5978)).to.equal(true);
    expect(tcp([example], db, outside('198.19.1.7'), 5978)).to.equal(false);
  });

  it('one element with both selectors means both, two elements mean either', () => {
    const namespaceSelector = { matchLabels: { user: 'alice' } };
    const podSelector = { matchLabels: { role: 'client' } };
    const both = policy({ podSelector: {}, ingress: [{ from: [{ namespaceSelector, podSelector }] }] });
    const either = policy({ podSelector: {}, ingress: [{ from: [{ namespaceSelector }, { podSelector }] }] });
    const stranger = pod('stranger', {}, { namespace: 'alices', namespaceLabels: { user: 'alice' } });
    const alices = { ...stranger, labels: { role: 'client' } };
    const local = pod('local', { role: 'client' });
    expect([stranger, alices, local].map((from) => tcp([both], from, server))).to.deep.equal([false, true, false]);
    expect([stranger, alices, local].map((from) => tcp([either], from, server))).to.deep.equal([true, true, true]);
  });

  it('a range of ports', () => {
    const range = policy({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ ports: [{ protocol: 'TCP', port: 32_000, endPort: 32_768 }] }],
    });
    expect([31_999, 32_000, 32_768, 32_769].map((port) => tcp([range], client, server, port))).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
  });

  it('namespaces by name, with an operator', () => {
    const byName = policy({
      podSelector: {},
      ingress: [
        {
          from: [
            {
              namespaceSelector: {
                matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['front', 'back'] }],
              },
            },
          ],
        },
      ],
    });
    expect(tcp([byName], pod('one', {}, { namespace: 'back' }), server)).to.equal(true);
    expect(tcp([byName], pod('one', {}, { namespace: 'side' }), server)).to.equal(false);
  });

  it('a pod reaches itself, and its own node reaches it, whatever is denied', () => {
    const deny = policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    expect(tcp([deny], server, server)).to.equal(true);
    expect(tcp([deny], outside('198.18.0.1', 'node-1'), server)).to.equal(true);
    expect(tcp([deny], outside('198.18.0.2', 'node-2'), server)).to.equal(false);
  });
});

describe('what the API leaves open', () => {
  it('whether a block of addresses selects pods or nodes has no answer', () => {
    const block = policy({ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '198.18.0.0/16' } }] }] });
    expect(tcp([block], client, server)).to.equal(null);
    expect(tcp([block], outside('198.18.0.2', 'node-2'), server)).to.equal(null);
    expect(tcp([block], outside('198.18.0.2'), server)).to.equal(true);
    expect(tcp([block], pod('far', {}, { addresses: ['198.19.0.1'] }), server)).to.equal(false);
  });

  it('a named port is that of the pod that is dialled', () => {
    const named = policy({ podSelector: {}, ingress: [{ ports: [{ port: 'http' }] }] });
    const web = pod('web', {}, { ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] });
    expect(tcp([named], client, web, 8080)).to.equal(true);
    expect(tcp([named], client, web, 80)).to.equal(false);
    expect(tcp([named], client, server, 8080)).to.equal(false);
  });
});
