import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { whyLeft } from '../../../../lib/cluster/namespace/leftovers.ts';
import { ownerRuns, parseOwner, thisProcess, type Owner } from '../../../../lib/cluster/namespace/owner.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const soon = '2026-11-22T12:10:00Z';
const past = '2026-11-22T11:50:00Z';

function left({
  owner = thisProcess(),
  until = soon,
  keep = false,
  runs,
}: {
  owner?: Owner | null;
  until?: string | null;
  keep?: boolean;
  runs: boolean | null;
}): string | null {
  const annotations = {
    ...(owner ? { 'flatnet/owner': JSON.stringify(owner) } : {}),
    ...(until ? { 'flatnet/alive-until': until } : {}),
  };
  return whyLeft(
    { metadata: { annotations, labels: keep ? { 'flatnet/keep': 'true' } : {} } },
    { now, runs: () => runs },
  );
}

describe('whyLeft', () => {
  it('leaves the namespace of a run that goes on, whatever it promised', () =>
    expect(left({ runs: true, until: past })).to.equal(null));
  it('takes the namespace of a process that ended here', () => expect(left({ runs: false })).to.contain('ended'));
  it('leaves the namespace of a run elsewhere until its promise is over', () =>
    expect(left({ runs: null })).to.equal(null));
  it('takes it afterwards', () => expect(left({ runs: null, until: past })).to.contain('2026-11-22T11:50:00'));
  it('leaves what a user keeps', () => expect(left({ runs: false, until: past, keep: true })).to.equal(null));
  it('leaves a namespace that only bears the label', () =>
    expect(left({ owner: null, until: null, runs: null })).to.equal(null));
});

describe('ownerRuns', () => {
  it('knows this process', () => expect(ownerRuns(thisProcess())).to.equal(true));

  it('knows that a process ended', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(ownerRuns({ ...thisProcess(), pid })).to.equal(false);
  });

  it('is not deceived by a pid that was used again', () =>
    expect(ownerRuns({ ...thisProcess(), startTicks: '1' })).to.equal(false));
  it('tells nothing about another host', () =>
    expect(ownerRuns({ ...thisProcess(), where: 'elsewhere' })).to.equal(null));
});

describe('parseOwner', () => {
  it('reads what a run writes', () => expect(parseOwner(JSON.stringify(thisProcess()))).to.deep.equal(thisProcess()));
  it('takes anything else for no owner', () => {
    for (const text of [undefined, '', '{', '{"pid":"1"}']) expect(parseOwner(text)).to.equal(null);
  });
});
