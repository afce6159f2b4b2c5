import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { allows, isIsolated, type Conversation } from '../../../lib/policy/model.ts';
import { isInBlock } from '../../../lib/policy/selectors.ts';
import type { Direction, Peer, Policy, Port, Selector } from '../../../lib/policy/objects.ts';
import { pod, policy } from './world.ts';

const label = fc.constantFrom('a', 'b');
const labels = fc.dictionary(fc.constantFrom('x', 'y'), label, { maxKeys: 2 });
const expression = fc.record({
  key: fc.constantFrom('x', 'y'),
  operator: fc.constantFrom('In' as const, 'NotIn' as const, 'Exists' as const, 'DoesNotExist' as const),
  values: fc.array(label, { minLength: 1, maxLength: 2 }),
});
const selector: fc.Arbitrary<Selector> = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) },
  { requiredKeys: [] },
);
const peer: fc.Arbitrary<Peer> = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  selector.map((namespaceSelector) => ({ namespaceSelector })),
  fc.record({ podSelector: selector, namespaceSelector: selector }),
);
const protocol = fc.constantFrom('TCP' as const, 'UDP' as const);
const portNumber = fc.integer({ min: 79, max: 82 });
const port: fc.Arbitrary<Port> = fc.record({ protocol, port: portNumber }, { requiredKeys: [] });
const peers = fc.array(peer, { maxLength: 2 });
const ports = fc.array(port, { maxLength: 2 });
const onePolicy: fc.Arbitrary<Policy> = fc
  .record({
    podSelector: selector,
    policyTypes: fc.constantFrom<Direction[]>(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
    ingress: fc.array(fc.record({ from: peers, ports }), { maxLength: 2 }),
    egress: fc.array(fc.record({ to: peers, ports }), { maxLength: 2 }),
  })
  .chain((spec) => fc.constantFrom('default', 'other').map((namespace) => policy(spec, { namespace })));
const onePod = fc
  .tuple(fc.constantFrom('one', 'two', 'three'), labels, fc.constantFrom('default', 'other'), labels)
  .map(([name, own, namespace, namespaceLabels]) => pod(name, own, { namespace, namespaceLabels }));
const block = fc.record(
  {
    cidr: fc.constantFrom('198.18.0.0/16', '198.18.1.0/24', '198.18.2.2/32', '0.0.0.0/0'),
    except: fc.subarray(['198.18.1.2/32', '198.18.2.2/32']),
  },
  { requiredKeys: ['cidr'] },
);
const withBlocks = fc.oneof(
  peer,
  block.map((ipBlock) => ({ ipBlock })),
);
const policyWithBlocks: fc.Arbitrary<Policy> = fc
  .record({
    podSelector: selector,
    policyTypes: fc.constantFrom<Direction[]>(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
    ingress: fc.array(fc.record({ from: fc.array(withBlocks, { maxLength: 2 }), ports }), { maxLength: 2 }),
    egress: fc.array(fc.record({ to: fc.array(withBlocks, { maxLength: 2 }), ports }), { maxLength: 2 }),
  })
  .map((spec) => policy(spec));
const policies = fc.array(onePolicy, { maxLength: 4 });
const placedPod = fc
  .tuple(onePod, fc.constantFrom('198.18.1.2', '198.18.2.2'))
  .map(([one, address]) => ({ ...one, addresses: [address] }));
const conversation = fc.record({ from: onePod, to: onePod, protocol, port: portNumber });

describe('the model of NetworkPolicy', () => {
  it('does not depend on the order of the policies', () => {
    fc.assert(
      fc.property(policies, conversation, (some, asked) => {
        expect(allows(some.toReversed(), asked)).to.equal(allows(some, asked));
      }),
    );
  });

  it('knows no denial: where every pod concerned is isolated already, one more policy only ever allows more', () => {
    fc.assert(
      fc.property(policies, onePolicy, conversation, (some, more, asked) => {
        fc.pre(isIsolated(some, asked.from, 'Egress') && isIsolated(some, asked.to, 'Ingress'));
        if (allows(some, asked) === true) expect(allows([...some, more], asked)).to.equal(true);
      }),
    );
  });

  it('decides a conversation by the two directions apart', () => {
    fc.assert(
      fc.property(policies, conversation, (some, asked) => {
        const only = (direction: 'Ingress' | 'Egress'): Policy[] =>
          some
            .filter(({ spec }) => spec.policyTypes?.includes(direction))
            .map(({ metadata, spec }) => ({ metadata, spec: { ...spec, policyTypes: [direction] } }));
        expect(allows(some, asked)).to.equal(
          allows(only('Ingress'), asked) === true && allows(only('Egress'), asked) === true,
        );
      }),
    );
  });

  it('isolates nobody whom no policy selects', () => {
    fc.assert(
      fc.property(policies, conversation, (some, asked) => {
        fc.pre(!isIsolated(some, asked.from, 'Egress') && !isIsolated(some, asked.to, 'Ingress'));
        expect(allows(some, asked)).to.equal(true);
      }),
    );
  });

  it('leaves open just what depends on whether blocks of addresses select pods', () => {
    const asked = fc.record({ from: placedPod, to: placedPod, protocol, port: portNumber });
    fc.assert(
      fc.property(fc.array(policyWithBlocks, { maxLength: 3 }), asked, (some, one) => {
        const verdicts = [false, true].map((select) => allows(readingBlocks(some, one, select), one));
        expect(allows(some, one)).to.equal(verdicts[0] === verdicts[1] ? verdicts[0] : null);
      }),
    );
  });

  it('lifts with the policies: without any, everything is allowed', () => {
    fc.assert(fc.property(conversation, (asked) => allows([], asked) === true));
  });
});

/** The same policies without blocks: each is a peer that selects the other end, where that is in it and blocks select pods, or nobody. */
function readingBlocks(all: readonly Policy[], { from, to }: Conversation, select: boolean): Policy[] {
  const nobody: Peer = { podSelector: { matchExpressions: [{ key: 'x', operator: 'In', values: ['nobody'] }] } };
  const read = (some: Peer[] | undefined, end: Conversation['from']): Peer[] =>
    (some ?? []).map(({ ipBlock, ...one }) => {
      if (ipBlock === undefined) return one;
      return select && end.addresses.some((address) => isInBlock(ipBlock, address))
        ? { namespaceSelector: {} }
        : nobody;
    });
  return all.map(({ metadata, spec }) => ({
    metadata,
    spec: {
      ...spec,
      ingress: (spec.ingress ?? []).map((rule) => ({ ...rule, from: read(rule.from, from) })),
      egress: (spec.egress ?? []).map((rule) => ({ ...rule, to: read(rule.to, to) })),
    },
  }));
}
