import { expect } from 'chai';
import { describe, it } from 'mocha';
import { openLab } from '../../../../lib/cli/target/lab.ts';
import type { Live } from '../../../../lib/report/live.ts';
import { rejection } from '../../cluster/fake-api.ts';

describe('openLab', () => {
  it('removes a lab whose kubeconfig can’t be used', async () => {
    const live: Pick<Live, 'say' | 'now'> = { say: () => undefined, now: () => undefined };
    let stopped = 0;
    const opening = openLab(
      { kind: 'lab', nodes: 1, proxy: 'iptables', families: ['IPv4'], topology: 'flannel' },
      {
        live: live as Live,
        signal: new AbortController().signal,
        start: async () => ({
          kubeconfigPath: '/nonexistent/kubeconfig',
          nodes: [],
          topology: 'routed',
          proxy: 'iptables',
          families: ['IPv4'],
          execInNode: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
          stop: async () => void stopped++,
        }),
      },
    );
    expect(await rejection(opening)).to.have.property('code', 'kubeconfig-not-found');
    expect(stopped).to.equal(1);
  });
});
