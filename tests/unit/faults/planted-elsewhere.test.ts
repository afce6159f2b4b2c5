/** Faults without a row of the kill matrix: what plants them is there, and the document names it. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readOptions } from '../../../bench/kube-proxy/options.ts';
import { steps } from '../../../scripts/check-steps.ts';
import { killMatrixOf } from '../../../scripts/soak/matrix.ts';
import { covers } from '../../faults/covers.ts';
import { plantedElsewhere } from '../../faults/planted-elsewhere.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

describe('a fault that another command plants', () => {
  it('is named in the kill matrix, with what must be said and the command', () => {
    const matrix = killMatrixOf([]);
    for (const { fault, must, command } of plantedElsewhere)
      expect(matrix).to.include(`| ${fault} |`).and.include(`| ${must} | \`${command}\` |`);
    expect(matrix).to.match(/a long chain of rules \| `services\/kube-proxy-latency` \|.*--proof chain/);
    expect(matrix).to.match(/deny everything \|.*`policy\/open-by-default` \|.*tests\/suite\/hardened\.test\.ts/);
  });

  it('names clauses that there are', () => {
    expect(plantedElsewhere.flatMap(({ clauses }) => clauses).filter((id) => !(id in covers))).to.deep.equal([]);
  });

  for (const { fault, command } of plantedElsewhere)
    it(`has a command that there is: ${fault}`, () => {
      const [, script, rest] = /^npm run (\S+) --\s?(.*)$/.exec(command) ?? [];
      if (script === undefined) expect(existsSync(command.split(' ').at(-1)!), command).to.equal(true);
      else {
        expect(scripts).to.have.property(script);
        const args = (rest ?? '').split(' ');
        if (script === 'check') expect(steps.map(({ name }) => name)).to.include.members(args);
        else expect(readOptions(['node', script, ...args]).proofs).to.have.length(1);
      }
    });
});
