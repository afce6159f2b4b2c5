/** An exec into a probe's container as a plain stream of bytes, both ways. */
import type { KubeConfig } from '@kubernetes/client-node';
// client-node 2.0.1 does not export the handler from an index.
import { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js';
import { PassThrough } from 'node:stream';
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import type { OpenStream, Stream, StreamHandlers } from './stream.ts';
import { reasonOf } from '../api/errors.ts';
import { sentenceOf } from '../api/transport.ts';

export interface ExecTarget {
  namespace: string;
  pod: string;
  container: string;
  command: readonly string[];
  /** For the websocket's handshake. */
  handshakeMs?: number;
}

/** The part of a ws WebSocket that is used here; its types are not installed. */
interface Socket {
  readonly protocol: string;
  send(data: Buffer): void;
  close(): void;
  terminate(): void;
  addEventListener(
    type: 'close' | 'error',
    listener: (event: { code?: number; reason?: string; message?: string }) => void,
  ): void;
}

/** The handshake failed: nothing was executed. */
export class ExecNotOpened extends Error {
  override name = 'ExecNotOpened';
  readonly code = 'exec-not-opened';
  /** The answer's status instead of 101; null: there was no answer. */
  readonly status: number | null;

  constructor(message: string) {
    super(message);
    const [, status] = /Unexpected server response: (\d{3})/.exec(message) ?? [];
    this.status = status === undefined ? null : Number(status);
  }
}

/** Below every server's limit on the size of a message. */
const chunkBytes = 32 * 1024;
const stderrKeptBytes = 500;
const closeGraceMs = 1_000;

const statusSchema = z.object({ status: z.string().optional(), message: z.string().optional() });

/** For `openChannel`: every call makes one exec, counted as one request. */
export function execStream(
  api: Api,
  { namespace, pod, container, command, handshakeMs = 10_000 }: ExecTarget,
): OpenStream {
  const query = new URLSearchParams([
    ...command.map((word) => ['command', word]),
    ['container', container],
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ['tty', 'false'],
  ]);
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query.toString()}`;
  return async (handlers) => {
    api.count('exec');
    const handler = new WebSocketHandler(withHandshakeLimit(api.target.kubeConfig, handshakeMs), undefined, {
      // It defaults to this process's own streams: a server that closes a stream would end our stdout.
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
    });
    const received = receive(handlers);
    try {
      const socket: Socket = await handler.connect(path, null, received.onMessage);
      socket.addEventListener('close', ({ code, reason }) =>
        received.onClose(`closed with code ${code}${reason ? ` (${reason})` : ''}`),
      );
      socket.addEventListener('error', ({ message }) => received.onClose(message ?? 'the websocket failed'));
      return streamOver(socket);
    } catch (error) {
      // Not as its cause: an ErrorEvent holds the whole socket.
      throw new ExecNotOpened(whyNotOpened(error));
    }
  };
}

/** An unanswered handshake would keep a socket, and so this process, alive for ever. */
function withHandshakeLimit(kubeConfig: KubeConfig, handshakeMs: number): KubeConfig {
  const applyToHTTPSOptions: KubeConfig['applyToHTTPSOptions'] = async (options) => {
    await kubeConfig.applyToHTTPSOptions(options);
    Object.assign(options, { handshakeTimeout: handshakeMs, perMessageDeflate: false });
  };
  return Object.create(kubeConfig, { applyToHTTPSOptions: { value: applyToHTTPSOptions } }) as KubeConfig;
}

function receive({ onData, onEnd }: StreamHandlers): {
  onMessage: (channel: number, data: Buffer) => boolean;
  onClose: (why: string) => void;
} {
  let stderr = '';
  let status: string | null = null;
  let ended = false;
  const onClose = (why: string): void => {
    if (ended) return;
    ended = true;
    onEnd([status ?? why, stderr.trim().split('\n').at(-1)].filter((part) => part).join(': '));
  };
  return {
    onClose,
    onMessage(channel, data) {
      if (channel === WebSocketHandler.StdoutStream && data.length > 0) onData(data);
      if (channel === WebSocketHandler.StderrStream) stderr = (stderr + data.toString('utf8')).slice(-stderrKeptBytes);
      if (channel !== WebSocketHandler.StatusStream) return true;
      status = endOf(data.toString('utf8'));
      onClose(status);
      return false;
    },
  };
}

/** The final status message of an exec. An error thrown in a websocket's handler would end the whole process, so nothing is thrown for text that is not a Status. */
function endOf(text: string): string {
  const parsed = statusSchema.safeParse(parsedOrNull(text));
  return parsed.data?.message ?? `the command ended (${parsed.data?.status ?? 'no status'})`;
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function streamOver(socket: Socket): Stream {
  const message = (channel: number, payload: Uint8Array): Buffer => Buffer.concat([Buffer.from([channel]), payload]);
  return {
    send(text) {
      const bytes = Buffer.from(text);
      for (let from = 0; from < bytes.length; from += chunkBytes)
        socket.send(message(WebSocketHandler.StdinStream, bytes.subarray(from, from + chunkBytes)));
    },
    close() {
      // A server that does not answer the close would keep the socket.
      setTimeout(() => socket.terminate(), closeGraceMs).unref();
      // End of stdin ends the bridge, even where the runtime does not notice that the connection is gone.
      if (WebSocketHandler.supportsClose(socket.protocol))
        socket.send(message(WebSocketHandler.CloseStream, Buffer.from([WebSocketHandler.StdinStream])));
      socket.close();
    },
  };
}

/** ws rejects with an ErrorEvent, which is not an Error. */
function whyNotOpened(error: unknown): string {
  const event = z.object({ message: z.string(), error: z.unknown() }).safeParse(error);
  const why = event.success ? event.data.message || reasonOf(event.data.error) : reasonOf(error);
  return sentenceOf(why);
}
