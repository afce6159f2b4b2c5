/** The only access to the API server: typed clients, watches and exec streams that share connections, deadlines and a counter. */
import {
  ApisApi,
  AppsV1Api,
  AuthenticationV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  NetworkingV1Api,
  NetworkingV1beta1Api,
  RequestContext,
  ServerConfiguration,
  VersionApi,
  createConfiguration,
  type Configuration,
  type HttpLibrary,
  type KubeConfig,
  type SecurityAuthentication,
} from '@kubernetes/client-node';
import { bounded } from './bounded.ts';
import { ClusterError, credentialsFailed, statusOf } from './errors.ts';
import type { OnNote } from '../model.ts';
import type { Target } from './kubeconfig.ts';
import type { RequestCount } from '../model.ts';
import { tlsAlert } from './tls/alert.ts';
import { httpTransport } from './transport.ts';
import { watchEvents, type WatchEvent, type WatchOptions } from './watch.ts';

export interface ApiOptions {
  /** From a request's start to the last byte of its answer. */
  requestDeadlineMs?: number;
  /** The same for requests that change something, once the server has answered. */
  writeDeadlineMs?: number;
  /** How long one request is repeated while the API server is briefly unavailable. */
  apiAwayMs?: number;
  /** Gets one sentence when the run waits for the API server. */
  onNote?: OnNote;
}

/** client-node's typed clients. */
interface Clients {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly authentication: AuthenticationV1Api;
  readonly authorization: AuthorizationV1Api;
  readonly networking: NetworkingV1Api;
  readonly networkingBeta: NetworkingV1beta1Api;
  readonly custom: CustomObjectsApi;
  readonly discovery: DiscoveryV1Api;
  /** Which API groups the cluster has. */
  readonly groups: ApisApi;
  readonly version: VersionApi;
}

export interface Api extends Clients {
  readonly target: Target;
  /** Counts everything sent so far, repetitions included. */
  readonly requests: RequestCount;
  /** The API server's time, ms since 1970, to about a second: the clock of whoever runs the suite may be wrong. */
  now(): number;
  /** Resolves when the API server answers anything at all; sends one request for all that wait at the same time. */
  answers(): Promise<void>;
  /** Adds one to the counter, for what does not pass through the clients. */
  count(verb: string): void;
  /** Events of one watch connection; ends when the server ends it, the deadline passes or `signal` fires. */
  watch<T>(path: string, options: WatchOptions): AsyncGenerator<WatchEvent<T>>;
  /** The same, for work that ends with `over`: what is under way then is broken off, and nothing is repeated. */
  until(over: AbortSignal): Api;
}

/** Clients for one cluster; sends nothing yet. */
export function connectApi(
  target: Target,
  { requestDeadlineMs = 10_000, writeDeadlineMs = 65_000, apiAwayMs = 30_000, onNote = () => {} }: ApiOptions = {},
): Api {
  const requests: RequestCount = { total: 0, byVerb: {} };
  const count = (verb: string): void => {
    requests.total++;
    requests.byVerb[verb] = (requests.byVerb[verb] ?? 0) + 1;
  };
  const { server, kubeConfig, context } = target;
  let aheadMs = 0;
  const lookCloser = (): Promise<unknown> => {
    count('get');
    return tlsAlert({ kubeConfig, server });
  };
  const transport = httpTransport({
    server,
    requestDeadlineMs,
    writeDeadlineMs,
    apiAwayMs,
    count,
    onNote,
    onClock: (ahead) => (aheadMs = ahead),
    ...(server.startsWith('https:') && { tlsAlert: lookCloser }),
  });
  const authentication = reusingConnections(kubeConfig, context);
  const clients = (over?: AbortSignal): Clients =>
    clientsOf(
      createConfiguration({
        baseServer: new ServerConfiguration(server, {}),
        httpApi: over === undefined ? transport : endingWith(over, transport),
        authMethods: { default: authentication },
      }),
    );
  const all = clients();
  let asking: Promise<void> | null = null;
  const ask = async (): Promise<void> => {
    try {
      await all.version.getCode();
    } catch (error) {
      // An error status is an answer, too.
      if (statusOf(error) === null) throw error;
    } finally {
      asking = null;
    }
  };
  const api: Api = {
    ...all,
    target,
    requests,
    now: () => Date.now() + aheadMs,
    answers: () => (asking ??= ask()),
    count,
    watch: (path, options) =>
      watchEvents(path, {
        ...options,
        server,
        open: transport.open,
        authenticate: async (request) => authentication.applySecurityAuthentication(request),
      }),
    until: (over) => ({
      ...api,
      ...clients(over),
      watch: (path, { signal, ...options }) =>
        api.watch(path, { ...options, signal: signal ? AbortSignal.any([signal, over]) : over }),
      until: (sooner) => api.until(AbortSignal.any([sooner, over])),
    }),
  };
  return api;
}

function clientsOf(configuration: Configuration): Clients {
  return {
    core: new CoreV1Api(configuration),
    apps: new AppsV1Api(configuration),
    authentication: new AuthenticationV1Api(configuration),
    authorization: new AuthorizationV1Api(configuration),
    networking: new NetworkingV1Api(configuration),
    networkingBeta: new NetworkingV1beta1Api(configuration),
    custom: new CustomObjectsApi(configuration),
    discovery: new DiscoveryV1Api(configuration),
    groups: new ApisApi(configuration),
    version: new VersionApi(configuration),
  };
}

const endingWith = (over: AbortSignal, { send }: HttpLibrary): HttpLibrary => ({
  send: (request) => {
    request.setSignal(over);
    return send(request);
  },
});

/** For what the client library itself does, such as renewing a token. */
const credentialsDeadlineMs = 60_000;
const dispatcherLifeMs = 300_000;

/**
 * client-node 2.0.1 makes a new dispatcher, and with it a new TLS connection, for every request.
 * One is kept here; not for ever, since an exec plugin may hand out new certificates.
 */
function reusingConnections(kubeConfig: KubeConfig, context: string): SecurityAuthentication {
  let kept: { dispatcher: ReturnType<RequestContext['getDispatcher']>; until: number } | undefined;
  return {
    getName: () => 'kubeconfig',
    async applySecurityAuthentication(request) {
      try {
        await bounded(kubeConfig.applySecurityAuthentication(request), {
          deadlineMs: credentialsDeadlineMs,
          what: 'the credentials of the kubeconfig',
        });
      } catch (error) {
        throw error instanceof ClusterError ? error : credentialsFailed(context, error);
      }
      if (kept === undefined || kept.until < performance.now())
        kept = { dispatcher: request.getDispatcher(), until: performance.now() + dispatcherLifeMs };
      if (kept.dispatcher) request.setDispatcher(kept.dispatcher);
    },
  };
}
