import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { describeError } from '../../../lib/cli/describe-error.ts';
import { listenForInterruption, type Interruption } from '../../../lib/cli/interruption.ts';

describe('an interruption', () => {
  let said: string[];
  let interruption: Interruption;
  beforeEach(() => {
    said = [];
    interruption = listenForInterruption({ say: (text) => void said.push(text) });
  });
  afterEach(() => interruption.release());

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    it(`by ${signal} aborts, and says so once however often it comes`, () => {
      // The signal itself would end mocha, too.
      const [listener] = process.listeners(signal).slice(-1);
      listener?.(signal);
      listener?.(signal);
      expect(interruption.signal.aborted).to.equal(true);
      expect(said).to.deep.equal([`${signal}: ending the run and cleaning up`]);
      expect(describeError(interruption.signal.reason)).to.deep.equal({
        code: 'interrupted',
        message: `The run was interrupted by ${signal}.`,
        remedy: 'Run it again for a verdict.',
      });
    });

  it('leaves no listener behind', () => {
    const count = process.listenerCount('SIGINT');
    interruption.release();
    expect(process.listenerCount('SIGINT')).to.equal(count - 1);
  });
});
