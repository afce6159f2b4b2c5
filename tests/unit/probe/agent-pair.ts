import { after, before } from 'mocha';
import { startAgent, type TestAgent } from './agents.ts';

/** A dialler and a responder for the tests of a suite, which are there from its `before` to its `after`. */
export function agentPair(): { dialler: TestAgent; responder: TestAgent } {
  const pair = {} as { dialler: TestAgent; responder: TestAgent };
  before(async () => {
    [pair.dialler, pair.responder] = await Promise.all([startAgent('dialler'), startAgent('responder')]);
  });
  after(async () => {
    await Promise.all([pair.dialler?.stop(), pair.responder?.stop()]);
  });
  return pair;
}
