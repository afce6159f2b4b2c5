import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { whoRefusesExec } from '../../../../lib/cluster/probes/who-refuses-exec.ts';
import { execStream } from '../../../../lib/cluster/channel/exec-stream.ts';
import { rejection, startFakeApi, status, type FakeAnswer, type FakeApi } from '../fake-api.ts';
import { startFakeExec, type FakeExec } from '../fake-exec.ts';

describe('exec that is refused', () => {
  let fake: FakeApi;
  afterEach(async () => fake.stop());
  const told = async (answer: FakeAnswer) => {
    fake = await startFakeApi(() => answer);
    const where = { namespace: 'flatnet-1', pod: 'pod-a-x', seen: 'Unexpected server response: 400' };
    const error = await whoRefusesExec(connectApi(fake.target), where);
    expect(error.code).to.equal('exec-refused');
    expect(error.message).to.include(`through ${fake.target.server}: Unexpected server response: 400; `);
    return error.message;
  };

  it('by what stands before the API server, which itself allows it', async () => {
    expect(await told(status(400, 'Upgrade request required'))).to.include('does not pass WebSocket upgrades');
    expect(fake.requests[0]?.path).to.equal('/api/v1/namespaces/flatnet-1/pods/pod-a-x/exec');
  });

  it('by the API server, in its words', async () => {
    expect(await told(status(403, 'pods "pod-a-x" is forbidden: no exec here'))).to.include(
      'the API server refuses it (pods "pod-a-x" is forbidden: no exec here)',
    );
  });

  it('by something else', async () => {
    expect(await told({ status: 405, text: 'Method not allowed by gateway' })).to.include(
      'answers 405 (Method not allowed by gateway)',
    );
  });
});

/** The handshake meets something that passes ordinary requests to an API server, and no upgrade. */
describe('exec through what passes no WebSocket', function () {
  this.timeout(60_000);
  let fake: FakeExec;
  afterEach(async () => fake.stop());

  for (const [handshake, seen] of [
    [403, 'Unexpected server response: 403'],
    [405, 'Unexpected server response: 405'],
    [502, 'Unexpected server response: 502'],
    ['closed', 'socket hang up'],
  ] as const)
    it(`is refused by what stands between, which answers ${handshake}`, async () => {
      fake = await startFakeExec({
        handshake,
        onRequest: (_, response) => {
          response.writeHead(400, { 'content-type': 'application/json' });
          response.end(
            JSON.stringify({ kind: 'Status', message: 'unable to upgrade: missing upgrade headers in request' }),
          );
        },
      });
      const api = connectApi(fake.target);
      const where = { namespace: 'flatnet-1', pod: 'pod-a-x' };
      const exec = execStream(api, { ...where, container: 'probe', command: ['bridge'] });
      const failed = await rejection(exec({ onData: () => undefined, onEnd: () => undefined }));
      expect(failed).to.include({ code: 'exec-not-opened', status: handshake === 'closed' ? null : handshake });
      const { code, message, remedy } = await whoRefusesExec(api, { ...where, seen: (failed as Error).message });
      expect(code).to.equal('exec-refused');
      expect(message).to.include(`: ${seen}; the API server itself allows it, so what stands between`);
      expect(remedy).to.include('WebSocket (HTTP 101)');
    });
});
