/** One watch connection as a stream of events. Callers repeat it themselves: only they know what they still wait for. */
import { HttpMethod, RequestContext, type ResponseContext } from '@kubernetes/client-node';
import { z } from 'zod';
import { refusal } from './transport.ts';

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  /** Plain JSON: dates are strings. */
  object: T;
}

export interface WatchOptions {
  query?: Record<string, string>;
  /** After this the stream ends by itself, without an error. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

interface Connection {
  server: string;
  open: (request: RequestContext, signal: AbortSignal) => Promise<ResponseContext>;
  authenticate: (request: RequestContext) => Promise<void>;
}

const eventSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});

/** Throws a ClusterError when the server refuses the watch, and whatever the connection throws when it can't be made or breaks. */
export async function* watchEvents<T>(
  path: string,
  { query = {}, deadlineMs, signal, server, open, authenticate }: WatchOptions & Connection,
): AsyncGenerator<WatchEvent<T>> {
  const request = new RequestContext(server + path, HttpMethod.GET);
  for (const [name, value] of Object.entries({
    ...query,
    watch: 'true',
    timeoutSeconds: String(Math.ceil(deadlineMs / 1000)),
  }))
    request.setQueryParam(name, value);
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), deadlineMs);
  const stop = signal ? AbortSignal.any([over.signal, signal]) : over.signal;
  try {
    await authenticate(request);
    const response = await open(request, stop);
    if (response.httpStatusCode !== 200) throw await refusal(response, { server, doing: `watch ${path}` });
    for await (const line of linesOf(response.body.stream())) {
      // The object is the API server's; only the envelope is checked.
      yield eventSchema.parse(JSON.parse(line)) as WatchEvent<T>;
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line.trim() !== '') yield line;
  }
}
