/** A clause that nothing turns red proves nothing: each is killed by a fault, or says why not. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readOptions } from '../../../scripts/soak/options.ts';
import { trialsIn } from '../../../scripts/soak/plan.ts';
import { covers, killedByNone, killedElsewhere } from '../../faults/covers.ts';
import type { Fault } from '../../faults/fault.ts';
import { faults } from '../../faults/index.ts';
import { killersElsewhere, killersInCheck, soakCommand } from '../../faults/killers.ts';

const { spec } = JSON.parse(readFileSync(new URL('../../../.mocharc.json', import.meta.url), 'utf8')) as {
  spec: string[];
};
const ids = spec.map((path) => path.slice('specs/'.length, -'.spec.ts'.length));

const without = (...names: string[]) => faults.filter(({ name }) => !names.includes(name));

/** Of all clauses, those that no fault turns red or makes find something: on the lab of `npm run check`, or anywhere. */
const alive = {
  inCheck: (planted: readonly Fault[]) => ids.filter((id) => killersInCheck(id, planted).length === 0),
  anywhere: (planted: readonly Fault[]) =>
    alive.inCheck(planted).filter((id) => killersElsewhere(id, planted).length === 0),
};

describe('every clause', () => {
  it('says what it covers, in the order of .mocharc.json', () => {
    expect(Object.keys(covers)).to.deep.equal(ids);
  });

  it('is killed by a fault that can be planted in the circumstances of the soak, or there is a reason why not', () => {
    expect(alive.anywhere(faults)).to.deep.equal(Object.keys(killedByNone));
  });

  it('is killed in npm run check, or listed with the circumstance in which it is', () => {
    const listed = alive.inCheck(faults).filter((id) => !Object.hasOwn(killedByNone, id));
    expect(Object.keys(killedElsewhere)).to.deep.equal(listed);
    for (const [id, circumstance] of Object.entries(killedElsewhere))
      expect(killersElsewhere(id).map((one) => one.circumstance)).to.include(circumstance, id);
  });

  it('would be missed without its faults', () => {
    expect(alive.anywhere([])).to.deep.equal(ids);
    expect(alive.anywhere(without('overlapping ranges'))).to.include('addressing/ranges-do-not-overlap');
    expect(alive.anywhere(without('policies ignored'))).to.include('policy/supported');
  });

  it('counts as killed in npm run check only by what is planted there', () => {
    // A fault of kube-router is not slow, and is no fault on the lab's own network.
    expect(killersInCheck('policy/supported')).to.deep.equal([]);
    expect(killersInCheck('services/session-affinity')).to.deep.equal(['affinity lost']);
    const elsewhere: Fault[] = faults.map((fault) =>
      fault.name === 'affinity lost' ? { ...fault, onlyOn: ['flannel'] } : fault,
    );
    expect(alive.inCheck(elsewhere)).to.include('services/session-affinity');
  });
});

describe('the command that kills a clause elsewhere', () => {
  it('plants exactly the faults that it names, in that circumstance', () => {
    for (const [id, circumstance] of Object.entries(killedElsewhere)) {
      const { names = [] } = killersElsewhere(id).find((one) => one.circumstance === circumstance) ?? {};
      const command = soakCommand({ circumstance, names });
      const { chosen, fault, runs } = readOptions(['node', 'soak', ...wordsOf(command).slice(4)]);
      expect(chosen.map(({ name }) => name)).to.deep.equal([circumstance]);
      expect(chosen.flatMap((one) => trialsIn(one, { runs, fault })).map((trial) => trial.fault)).to.deep.equal(names);
    }
  });

  it('is what a shell takes as it is', () => {
    expect(soakCommand({ circumstance: 'dual stack', names: ['no hairpin', 'affinity lost'] })).to.equal(
      "npm run soak -- --only '^dual stack$' --fault '^(no hairpin|affinity lost)$'",
    );
  });
});

/** As a shell splits them, without the quotes. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

describe('every fault', () => {
  it('has a name of its own', () => {
    const names = faults.map(({ name }) => name);
    expect(names.filter((name, n) => names.indexOf(name) !== n)).to.deep.equal([]);
  });

  it('is in the index', () => {
    const folder = new URL('../../faults/', import.meta.url);
    const files = globSync('*.fault.ts', { cwd: fileURLToPath(folder) });
    const index = readFileSync(new URL('index.ts', folder), 'utf8');
    expect(files.filter((file) => !index.includes(`'./${file}'`))).to.deep.equal([]);
  });
});
