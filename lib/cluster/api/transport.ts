/** How one HTTP request gets to the API server: counted, bounded, repeated only where that can't have an effect twice. */
import {
  IsomorphicFetchHttpLibrary,
  Observable,
  ResponseContext,
  SelfDecodingBody,
  type HttpLibrary,
  type RequestContext,
} from '@kubernetes/client-node';
import { certificateError } from './tls/certificate-errors.ts';
import { isByAdmission } from './advice.ts';
import { pause } from './bounded.ts';
import {
  ClusterError,
  admissionRefused,
  apiRefused,
  reasonOf,
  requestForbidden,
  serverUnreachable,
  unauthorised,
} from './errors.ts';
import type { OnNote } from '../model.ts';

export interface TransportOptions {
  server: string;
  /** From a request's start to the last byte of its answer. */
  requestDeadlineMs: number;
  /** The same for requests that change something: admission webhooks may take 30 s each, and an API server ends none before 60 s. */
  writeDeadlineMs: number;
  /** How long one request is repeated while the API server is unavailable. */
  apiAwayMs: number;
  count: (verb: string) => void;
  onNote: OnNote;
  /** Told how far the server's clock is ahead of this machine's, ms, with each answer that says so. */
  onClock?: (aheadMs: number) => void;
  /** Diagnoses a server that ends the connection without ever having answered; left out where there is no TLS. Never throws. */
  tlsAlert?: () => Promise<unknown>;
}

/** Error codes of a connection that the other end closed. */
const brokenOff: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const pausesMs = [100, 250, 500, 1000, 2000];

/** An HttpLibrary for client-node's typed clients. Any status but 2xx becomes a ClusterError with the server's own message. A request's own signal ends it, and the pauses between its repetitions. */
export function httpTransport(
  options: TransportOptions,
): HttpLibrary & { open: (request: RequestContext, signal: AbortSignal) => Promise<ResponseContext> } {
  const inner = new IsomorphicFetchHttpLibrary();
  // A server that has never answered is not "briefly unavailable": the address is probably wrong, and the user wants to know soon.
  let everAnswered = false;

  const open = async (
    request: RequestContext,
    signal: AbortSignal,
    verb = request.getHttpMethod().toLowerCase(),
  ): Promise<ResponseContext> => {
    options.count(verb);
    request.setSignal(signal);
    return inner.send(request).toPromise();
  };

  const once = async (request: RequestContext, over: AbortSignal | undefined): Promise<ResponseContext> => {
    const { requestDeadlineMs, writeDeadlineMs } = options;
    const isWrite = request.getHttpMethod() !== 'GET' && everAnswered;
    const late = AbortSignal.timeout(isWrite ? writeDeadlineMs : requestDeadlineMs);
    const response = await open(request, over ? AbortSignal.any([late, over]) : late);
    const date = Date.parse(response.headers['date'] ?? '');
    if (!Number.isNaN(date)) options.onClock?.(date - Date.now());
    // Read here, so that deadline and repetition cover the body, too.
    const text = await response.body.text();
    return new ResponseContext(
      response.httpStatusCode,
      response.headers,
      new SelfDecodingBody(Promise.resolve(Buffer.from(text))),
    );
  };

  const certificateProblem = async (error: unknown): Promise<ClusterError | null> => {
    const found = certificateError(options.server, error);
    if (found !== null || everAnswered || !brokenOff.has(errnoOf(error))) return found;
    return certificateError(options.server, await options.tlsAlert?.());
  };

  const send = async (request: RequestContext): Promise<ResponseContext> => {
    const doing = `${request.getHttpMethod()} ${new URL(request.getUrl()).pathname}`;
    const started = performance.now();
    // Each attempt sets one with its own deadline.
    const over = request.getSignal();
    for (let attempts = 1; ; attempts++) {
      const outcome = await once(request, over).catch((error: unknown) => ({ error }));
      const elapsedMs = performance.now() - started;
      const failed = 'error' in outcome;
      everAnswered ||= !failed;
      if (!failed && outcome.httpStatusCode < 300) return outcome;
      const why = failed ? whyOf(outcome.error) : `HTTP ${outcome.httpStatusCode}`;
      const pauseMs = failed ? pauseOf(attempts) : (retryAfterMs(outcome) ?? pauseOf(attempts));
      const again =
        !over?.aborted &&
        (failed ? mayRepeat(request, outcome.error) : mayRepeatStatus(request, outcome.httpStatusCode));
      if (again && everAnswered && elapsedMs + pauseMs < options.apiAwayMs) {
        if (attempts === 1)
          options.onNote(
            `the API server does not answer (${doing}: ${why}); the run waits up to ${options.apiAwayMs / 1000} s`,
            { kind: 'API server away', doing, why, waitMs: options.apiAwayMs },
          );
        await pause(pauseMs, { signal: over });
        continue;
      }
      if (failed)
        throw (
          (await certificateProblem(outcome.error)) ??
          serverUnreachable(options.server, { why, elapsedMs, attempts, doing })
        );
      throw await refusal(outcome, { server: options.server, doing });
    }
  };

  return {
    open: (request, signal) => open(request, signal, 'watch'),
    send: (request) => new Observable(send(request)),
  };
}

const pauseOf = (attempts: number): number => pausesMs[Math.min(attempts, pausesMs.length) - 1] ?? 2000;

function retryAfterMs(response: ResponseContext): number | null {
  const seconds = Number(response.headers['retry-after']);
  return seconds > 0 && seconds < 30 ? seconds * 1000 : null;
}

const whyOf = (error: unknown): string => (errnoOf(error) === 'TimeoutError' ? 'no answer' : reasonOf(error));

const idempotent = (request: RequestContext): boolean => ['GET', 'DELETE'].includes(request.getHttpMethod());

/** A refused connection carried nothing, so any request may be repeated; after a later break, only one that can't act twice. */
function mayRepeat(request: RequestContext, error: unknown): boolean {
  const code = errnoOf(error);
  if (code === 'ECONNREFUSED') return true;
  return (
    idempotent(request) &&
    ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT', 'TimeoutError'].includes(code)
  );
}

/** 429 means that nothing was done. An aggregated API that is unavailable does not mean that the API server itself is. */
function mayRepeatStatus(request: RequestContext, status: number): boolean {
  if (status === 503 && isOfAnotherServer(request)) return false;
  return status === 429 || (idempotent(request) && [500, 502, 503, 504].includes(status));
}

/** Groups with a dot that every API server serves itself. An aggregated one may end in k8s.io as well: metrics.k8s.io. */
const ownGroups: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/** Whether a group may be served by others than the API server. */
function isOfAnotherServer(request: RequestContext): boolean {
  const group = /^\/apis\/([^/]+)/.exec(new URL(request.getUrl()).pathname)?.[1] ?? '';
  return group.includes('.') && !ownGroups.has(group);
}

/** The innermost errno or undici code, "TimeoutError" for a passed deadline, or "". */
function errnoOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof AggregateError && error.errors.length > 0) return errnoOf(error.errors[0]);
  const deeper = errnoOf(error.cause);
  if (deeper !== '') return deeper;
  if (error.name === 'TimeoutError') return error.name;
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** An error status of the API server as one of this subsystem's errors. */
export async function refusal(
  response: ResponseContext,
  { server, doing }: { server: string; doing: string },
): Promise<ClusterError> {
  const detail = sentenceOf(await response.body.text());
  const status = response.httpStatusCode;
  if (status === 401) return unauthorised(server, detail);
  if (status >= 400 && status < 500 && isByAdmission(detail)) return admissionRefused(doing, status, detail);
  if (status === 403) return requestForbidden(detail);
  return apiRefused(doing, status, detail);
}

/** The message of a Status object, or the first line of any other text. */
export function sentenceOf(body: string): string {
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status === 'object' && status !== null && 'message' in status && typeof status.message === 'string')
      return trimmed(status.message);
  } catch {
    // Proxies in front of an API server answer in HTML or plain text.
  }
  return trimmed(body.split('\n').find((line) => line.trim() !== '') ?? 'an empty answer').slice(0, 300);
}

const trimmed = (text: string): string => text.trim().replace(/\.$/, '');
