/** What is said of connections to the API server. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Probe } from '../../../../lib/cluster/model.ts';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { apiServerReached } from '../../../../lib/facts/services/api-server.ts';
import { makeWorld } from '../../mesh/world.ts';

const { pods, nodes } = makeWorld({ nodes: 5 });
const [one, other] = [pods[0]!, pods[2]!];
const service = { name: 'default/kubernetes', port: 443 };
const servers = [{ address: '198.18.0.2', port: 6443, node: null }];

type Connection = 'opens' | 'timeout' | 'refused' | null;

function recordOf(connection: Connection): DialRecord | null {
  if (connection === null) return null;
  const [outcome, error] =
    connection === 'opens' ? (['delivered', null] as const) : ([connection, `E${connection}`] as const);
  return { outcome, error, connectMs: connection === 'opens' ? 3 : null } as DialRecord;
}

const way = (
  from: Probe,
  connections: Connection[],
  more: { directly?: boolean; forbidding?: string; address?: string } = {},
) => ({
  from,
  address: '10.96.0.1',
  directly: null,
  forbidding: null,
  connections: connections.map(recordOf),
  ...more,
});
type Ways = ReturnType<typeof way>[];

const judge = (ways: Ways, more: Partial<Parameters<typeof apiServerReached>[0]> = {}) =>
  apiServerReached({ service, without: null, ways, servers, leftOut: [], ...more });
const many = (times: number, connection: Connection): Connection[] => Array.from({ length: times }, () => connection);

describe('the API server', () => {
  it('is reached', () => {
    const { violations, unanswered, seen, inconclusive, notApplicable } = judge([
      way(one, many(4, 'opens')),
      way(nodes[1]!, ['opens', null, 'opens']),
    ]);
    expect([violations, unanswered, inconclusive, notApplicable]).to.deep.equal([[], undefined, null, null]);
    expect(seen).to.equal('default/kubernetes was reached on 2 of 2 ways, from pods and nodes, within 3.0 ms');
  });

  it('is not reached by pods of a node, and by the node itself', () => {
    const found = judge([
      way(one, many(4, 'opens')),
      way(other, many(20, 'timeout'), { directly: true }),
      way(nodes[1]!, many(20, 'timeout'), { directly: true }),
    ]);
    const common = { protocol: 'TCP', family: 'IPv4', port: 443, isSilent: true, to: [null], areNodes: true };
    expect(found.violations).to.deep.equal([
      {
        kind: 'API server not reached',
        who: 'pods of node-2 and node-2 itself',
        nodes: ['node-2'],
        service: 'default/kubernetes (10.96.0.1:443)',
        refused: false,
        partly: false,
        servers: '198.18.0.2:6443',
        directly: true,
        evidence:
          '20 of 20 connections from node-2/pod-a to default/kubernetes at 10.96.0.1:443 did not open (Etimeout); so from pods of node-2 and node-2 itself',
      },
    ]);
    expect(found.unanswered).to.deep.equal([
      { from: { node: 'node-2', probe: 'pod-a' }, ...common, portBehind: 6443, isDirect: true },
      { from: { node: 'node-2', probe: 'node' }, ...common, portBehind: 6443, isDirect: true },
    ]);
  });

  it('is refused, or reached by some connections alone: that is no silence', () => {
    const [refused] = judge([way(one, many(20, 'refused'))]).violations;
    expect(refused).to.include({ refused: true, partly: false });
    const found = judge([way(one, [...many(8, 'opens'), ...many(12, 'timeout')])]);
    expect(found.violations[0]).to.include({ refused: false, partly: true });
    expect(found.unanswered?.map(({ isSilent }) => isSilent)).to.deep.equal([false]);
    expect(judge([way(one, [...many(19, 'opens'), 'timeout'])]).violations, 'by chance').to.deep.equal([]);
  });

  it('is on nodes that are known, or on none of them; where that is not known, it may be either', () => {
    const to = (some: { address: string; port: number; node: string | null }[] | null) =>
      judge([way(one, ['timeout'])], { servers: some }).unanswered?.flatMap((each) => each.to);
    const at = (address: string, node: string | null) => ({ address, port: 6443, node });
    expect(to([at('198.18.0.11', 'node-1'), at('fd00::1', 'node-9'), at('198.18.0.2', null)])).to.deep.equal([
      'node-1',
      null,
    ]);
    expect(to(null)).to.deep.equal([null, 'node-1']);
  });

  it('is told from its Service where all of these probes reach it directly, or none does', () => {
    const directly = (...all: boolean[]) =>
      judge(all.map((reached, n) => way(pods[2 * n]!, ['timeout'], { directly: reached }))).violations[0];
    expect([directly(true, true), directly(false, false), directly(true, false)])
      .to.have.property('2')
      .that.include({
        directly: null,
      });
    expect(directly(false, false)).to.include({ directly: false });
  });

  it('may be forbidden by somebody else’s policy where nothing opens, and then nothing is known', () => {
    const forbidding = 'NetworkPolicy default-deny may forbid it';
    const silent = judge([way(one, many(4, 'opens')), way(other, many(20, 'timeout'), { forbidding })]);
    expect([silent.violations, silent.inconclusive, silent.unanswered]).to.deep.equal([
      [],
      `nothing opened from pods of node-2: ${forbidding}`,
      undefined,
    ]);
    const half = [...many(10, 'opens'), ...many(10, 'timeout')];
    expect(judge([way(other, half, { forbidding })]).violations).to.have.length(1);
  });

  it('is not judged without replies, by nobody, or where there is none', () => {
    expect(judge([way(one, [null, null])]).inconclusive).to.match(/^of 1 ways nothing is known/);
    expect(judge([]).inconclusive).to.match(/^no probe has an address of the family/);
    const left = judge([], { leftOut: [one] });
    expect(left.inconclusive).to.equal('left out: node-1/pod-a, whose address another probe has as well');
    expect(judge([way(other, ['opens'])], { leftOut: [one] })).to.include({ inconclusive: null });
    const none = judge([], { service: null, without: 'the cluster has none' });
    expect(none).to.include({ notApplicable: 'the cluster has none' });
  });

  it('is never both reached and not, whatever became of the connections', () => {
    const connections = fc.array(fc.constantFrom<Connection>('opens', 'timeout', 'refused', null), { maxLength: 24 });
    const anyWay = fc.tuple(fc.constantFrom(...pods, ...nodes), connections, fc.boolean());
    fc.assert(
      fc.property(fc.array(anyWay, { minLength: 1, maxLength: 12 }), (all) => {
        const ways = all.map(([from, some, isForbidden]) =>
          way(from, some, isForbidden ? { forbidding: 'a policy may forbid it' } : {}),
        );
        const { violations, unanswered = [], inconclusive } = judge(ways);
        expect(violations.length > 0).to.equal(unanswered.length > 0);
        // Whatever did not fail was told of, was in doubt, or opened.
        const opened = all.filter(([, some]) => some.includes('opens')).length;
        expect(violations.length > 0 || inconclusive !== null || opened === all.length).to.equal(true);
        // All that opened is no failure, and nothing that is not known is one.
        const sound = all.every(([, some]) => some.every((each) => each === 'opens' || each === null));
        if (sound) expect(violations).to.deep.equal([]);
      }),
    );
  });
});
