import { expect } from 'chai';
import { describe, it } from 'mocha';
import { describeError, exitCodeOf } from '../../../lib/cli/describe-error.ts';
import { UsageError } from '../../../lib/cli/usage-error.ts';
import { kubeconfigNotFound, noReadyNode } from '../../../lib/cluster/api/errors.ts';

describe('an error', () => {
  it('that was written for people is told as it is', () => {
    expect(describeError(noReadyNode([]))).to.deep.equal({
      code: 'no-ready-node',
      message: 'The cluster has no nodes.',
      remedy: 'See `kubectl get nodes` and `kubectl describe node`.',
    });
    expect(describeError(new UsageError('stray-argument', '"x" belongs to no option.')).remedy).to.equal(null);
  });

  it('that nobody foresaw is a bug of the suite, with its stack', () => {
    const { code, message, remedy } = describeError(new TypeError('x is not a function'));
    expect(code).to.equal('bug');
    expect(message).to.match(/^The suite itself failed: TypeError: x is not a function\n +at /);
    expect(remedy).to.match(/not in your cluster/);
    // A code alone (ENOENT, say) does not make it fit for people.
    expect(describeError(Object.assign(new Error('no such file'), { code: 'ENOENT' })).code).to.equal('bug');
  });

  it('may be anything that was thrown', () => {
    for (const thrown of ['text', null, undefined, 42]) expect(describeError(thrown).code).to.equal('bug');
  });

  it('is wrong usage when the kubeconfig is at fault, else the run could not be done', () => {
    expect(exitCodeOf(describeError(kubeconfigNotFound(['/x'], 'named')))).to.equal(2);
    expect(exitCodeOf(describeError(noReadyNode([])))).to.equal(3);
    expect(exitCodeOf(describeError(new Error('x')))).to.equal(3);
  });
});
