/** The other end of a channel, in this process: answers requests line by line as a test says. */
import { createHash } from 'node:crypto';
import type { OpenStream, StreamHandlers } from '../../../lib/cluster/channel/stream.ts';
import type { HelloRecord } from '../../../lib/conversations/hello.ts';
import type { RecordOf, Request } from '../../../lib/conversations/index.ts';

export interface FakeStream {
  /** Raw bytes to the channel. */
  write(text: string | Buffer): void;
  end(reason: string): void;
  closed: boolean;
}

export interface FakeProbe {
  open: OpenStream;
  streams: FakeStream[];
  requests: Request[];
}

/** `answer` is called with each request and the stream that it came on. */
export function fakeProbe(answer: (request: Request, stream: FakeStream, probe: FakeProbe) => void): FakeProbe {
  const probe: FakeProbe = { open: async (handlers) => connect(handlers), streams: [], requests: [] };
  const connect = (handlers: StreamHandlers) => {
    const stream: FakeStream = {
      write: (text) => handlers.onData(Buffer.from(text)),
      end: (reason) => handlers.onEnd(reason),
      closed: false,
    };
    probe.streams.push(stream);
    return {
      send(text: string) {
        const request = JSON.parse(text) as Request;
        probe.requests.push(request);
        setImmediate(() => answer(request, stream, probe));
      },
      close: () => void (stream.closed = true),
    };
  };
  return probe;
}

/** The lines of a whole reply. */
export function replyLines(
  id: string,
  records: readonly RecordOf[],
  { instance = 'first', error = null as string | null } = {},
): string {
  const digest = createHash('sha256');
  const lines = records.map((record) => {
    digest.update(JSON.stringify(record)).update('\n');
    return JSON.stringify({ id, record });
  });
  const end = { records: records.length, digest: digest.digest('hex'), stallMs: 0, instance, error };
  return [...lines, JSON.stringify({ id, end }), ''].join('\n');
}

export const helloRecord: HelloRecord = {
  kind: 'hello',
  identity: { pod: 'pod-a-x', uid: 'uid-1', node: 'node-1', instance: 'first' },
  port: 40_000,
  interfaces: [{ name: 'eth0', address: '192.0.2.7', family: 'IPv4', mtu: 1500 }],
  declaredIPs: ['192.0.2.7'],
  nodeVersion: 'v26.0.0',
  kernel: 'Linux – “6.18”',
  arch: 'x64',
  legacyTables: null,
  noRawSockets: null,
};
