import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../lib/cluster/model.ts';
import { announcement, announcementOf, loadForm, planRounds, shareOfBytes } from '../../../lib/headroom/load-plan.ts';
import { loadLimits } from '../../../lib/probe/load/bounds.ts';

const pods = (nodes: number): Probe[] =>
  Array.from({ length: nodes }, (_, n) =>
    (['pod-a', 'pod-b'] as const).map((name) => ({ name, node: `node-${n + 1}` }) as Probe),
  ).flat();

const plan = (nodes: number) => planRounds(pods(nodes), { form: loadForm, seed: 1 });

describe('the rounds of a load', () => {
  it('are as many on every cluster, between different pairs as long as there are such', () => {
    for (const [nodes, pairs] of [
      [2, 2],
      [3, 6],
      [30, 12],
    ] as const) {
      const tcp = plan(nodes).filter(({ protocol }) => protocol === 'TCP');
      const across = tcp.filter(({ pair }) => pair.where === 'other node');
      expect([across.length, tcp.length]).to.deep.equal([12, 19]);
      expect(new Set(across.map(({ pair }) => `${pair.from.node} ${pair.to.node}`)).size).to.equal(pairs);
      expect(plan(nodes)).to.have.length(29);
    }
    expect(plan(1).map(({ pair }) => pair.where)).to.deep.equal(Array(11).fill('same node'));
    expect(plan(0)).to.deep.equal([]);
  });

  it('are each within what a probe allows', () => {
    for (const { budgetMs } of plan(3)) expect(budgetMs).to.be.at.most(loadLimits.requestMs);
    expect(loadForm.bytes).to.be.at.most(loadLimits.agentBytes);
    expect(loadForm.rampMs + loadForm.countedMs).to.be.at.most(loadLimits.turnMs);
  });
});

describe('the bytes of a load', () => {
  it('go by time, nearly all to TCP, and to nobody when none are left', () => {
    const rounds = plan(3);
    const tcp = shareOfBytes(rounds, loadForm.bytes);
    // 1.2 s at 10 Gbit/s.
    expect(tcp).to.be.within(1.2 * 1.2e9, 1.3 * 1.25e9);
    const udp = shareOfBytes(rounds.slice(19), 0.05 * loadForm.bytes);
    expect(udp).to.be.within(30e6, 200e6);
    expect(shareOfBytes(rounds, 0)).to.equal(0);
  });
});

describe('the announcement of a load', () => {
  it('says how long, how much and between which nodes', () => {
    const text = announcement(plan(2), loadForm);
    expect(text).to.match(
      /up to 20 s of TCP at full speed and up to 10 s of UDP .*64 bytes \(IPv6: 84\), at most 24 GiB in all/,
    );
    expect(text).to.match(
      /between nodes \(node-\d → node-\d, node-\d → node-\d\) and within a node \(node-\d, node-\d\)/,
    );
    const alone = announcement(plan(1), loadForm);
    expect(alone).to.match(/up to 5.6 s of TCP .* 2.8 s of UDP/);
    expect(alone).not.to.include('between nodes');
  });

  it('says the same amounts before the nodes are known', () => {
    expect(announcementOf(loadForm)).to.match(/up to 20 s of TCP .* up to 10 s of UDP .* at most 24 GiB in all/);
  });
});
