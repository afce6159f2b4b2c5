/** Asks a server on the probe's own loopback address: on the host network that is kube-proxy. */
import { errorName } from '../io/errors.ts';
import type { LoopbackRecord, LoopbackRequest } from '../../conversations/self/loopback.ts';

const bodyLimit = 64 * 1024;

/** GET from 127.0.0.1, or from ::1 (an IPv6-only kube-proxy), whatever the request says; at most 64 KiB of the body. Never rejects. */
export async function getLoopback(request: LoopbackRequest): Promise<LoopbackRecord> {
  const first = await getFrom('127.0.0.1', request);
  if (first.error !== 'ECONNREFUSED') return first;
  const second = await getFrom('::1', request);
  return second.status === null ? first : second;
}

async function getFrom(host: string, request: LoopbackRequest): Promise<LoopbackRecord> {
  const { get } = await import('node:http');
  const { promise, resolve } = Promise.withResolvers<LoopbackRecord>();
  const failed = (error: unknown): void =>
    resolve({ kind: 'loopback', status: null, body: '', error: errorName(error) });
  try {
    const { port, path, timeoutMs } = request;
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = get({ host, port, path, signal, agent: false }, (response) => {
      let body = '';
      const done = (): void => resolve({ kind: 'loopback', status: response.statusCode ?? null, body, error: null });
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body = (body + text).slice(0, bodyLimit);
        if (body.length === bodyLimit) {
          done();
          asked.destroy();
        }
      });
      response.on('end', done).on('error', failed);
    });
    asked.on('error', (error) => failed(signal.aborted ? new Error('timeout') : error));
  } catch (error) {
    failed(error);
  }
  return promise;
}
