/** Every error sentence of this subsystem: what failed, where, and what the user can do about it. */

import { adviceFor, isByAdmission, wasInjected, withoutInjection } from './advice.ts';

export type ClusterErrorCode =
  | 'kubeconfig-not-found'
  | 'kubeconfig-unreadable'
  | 'kubeconfig-invalid'
  | 'context-unknown'
  | 'proxy-invalid'
  | 'credentials-failed'
  | 'credential-plugin-missing'
  | 'credential-plugin-wants-terminal'
  | 'credential-plugin-hangs'
  | 'server-unreachable'
  | 'server-certificate-untrusted'
  | 'server-certificate-expired'
  | 'server-certificate-not-yet-valid'
  | 'server-certificate-other-name'
  | 'client-certificate-refused'
  | 'client-certificate-unusable'
  | 'tls-failed'
  | 'unauthorised'
  | 'permission-missing'
  | 'api-refused'
  | 'admission-refused'
  | 'host-port-taken'
  | 'no-ready-node'
  | 'namespace-refused'
  | 'pods-refused'
  | 'pull-secret-unusable'
  | 'image-not-pulled'
  | 'probes-not-started'
  | 'exec-refused'
  | 'interrupted';

/** `message` is one sentence, `remedy` what to do about it. `status` and `detail` come from the API server, where it answered. */
export class ClusterError extends Error {
  readonly code: ClusterErrorCode;
  readonly remedy: string;
  readonly status: number | null;
  readonly detail: string | null;

  constructor(
    code: ClusterErrorCode,
    {
      message,
      remedy,
      status = null,
      detail = null,
      cause,
    }: {
      message: string;
      remedy: string;
      status?: number | null;
      detail?: string | null;
      cause?: unknown;
    },
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClusterError';
    this.code = code;
    this.remedy = remedy;
    this.status = status;
    this.detail = detail;
  }
}

/** The innermost cause of anything thrown: fetch hides the errno two causes deep. A ClusterError already describes its cause. */
export function rootOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ClusterError) return error;
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  return error.cause === undefined || error.cause === null ? error : rootOf(error.cause);
}

/** The message of the innermost cause. */
export function reasonOf(error: unknown): string {
  const root = rootOf(error);
  return root instanceof Error ? root.message.trim() || root.name : String(root);
}

/** The HTTP status behind an error, null when the server never answered. */
export function statusOf(error: unknown): number | null {
  return error instanceof ClusterError ? error.status : null;
}

const list = (items: readonly string[]): string => items.join(', ');
const fewOf = (items: readonly string[], limit = 5): string =>
  items.length <= limit ? list(items) : `${list(items.slice(0, limit))} and ${items.length - limit} more`;

export const kubeconfigNotFound = (tried: readonly string[], how: 'named' | 'environment' | 'default'): ClusterError =>
  new ClusterError('kubeconfig-not-found', {
    message:
      how === 'named'
        ? `There is no kubeconfig at ${list(tried)}.`
        : how === 'environment'
          ? `None of the files that KUBECONFIG names exists: ${list(tried)}.`
          : `No kubeconfig was named, KUBECONFIG is not set, and there is no ${list(tried)}.`,
    remedy: 'Name an existing file with --kubeconfig=FILE, or in KUBECONFIG.',
  });

export const kubeconfigUnreadable = (file: string, cause: unknown): ClusterError =>
  new ClusterError('kubeconfig-unreadable', {
    message: `The kubeconfig ${file} can't be read: ${reasonOf(cause)}.`,
    remedy: 'Check the file and its permissions, or name another with --kubeconfig=FILE.',
    cause,
  });

export const kubeconfigInvalid = (file: string, why: string): ClusterError =>
  new ClusterError('kubeconfig-invalid', {
    message: `The kubeconfig ${file} is not valid: ${why}.`,
    remedy: `Compare it with the output of \`kubectl --kubeconfig ${file} config view\`.`,
  });

/** What stands before an @ is not shown: it may be a password. */
export const proxyInvalid = (name: string, value: string): ClusterError =>
  new ClusterError('proxy-invalid', {
    message: `${name} is no address of a proxy: "${value.replace(/^.*@/s, '…@')}".`,
    remedy:
      'It is of the form http://HOST:PORT, https://HOST:PORT, socks5://HOST:PORT or socks5h://HOST:PORT, and NO_PROXY names servers that are reached without it.',
  });

export const contextUnknown = (context: string, source: string, known: readonly string[]): ClusterError =>
  new ClusterError('context-unknown', {
    message:
      context === ''
        ? `The kubeconfig ${source} has no current context; it has ${known.length > 0 ? list(known) : 'none'}.`
        : `The kubeconfig ${source} has no context "${context}"; it has ${known.length > 0 ? list(known) : 'none'}.`,
    remedy: 'Choose one with --context NAME.',
  });

export const credentialsFailed = (context: string, cause: unknown): ClusterError =>
  new ClusterError('credentials-failed', {
    message: `The credentials of context "${context}" could not be obtained: ${reasonOf(cause).replace(/\s+/g, ' ')}.`,
    remedy: `Log in again; \`kubectl --context ${context} get nodes\` must work.`,
    cause,
  });

export const pluginMissing = (context: string, command: string, installHint: string | null | undefined): ClusterError =>
  new ClusterError('credential-plugin-missing', {
    message: `The credential plugin "${command}" of context "${context}" is not installed.`,
    remedy: installHint?.replace(/\s+/g, ' ').trim() || 'Install it, or correct its command in the kubeconfig.',
  });

export const pluginWantsTerminal = (context: string, command: string): ClusterError =>
  new ClusterError('credential-plugin-wants-terminal', {
    message: `The credential plugin "${command}" of context "${context}" needs a terminal (interactiveMode: Always), and the suite gives it none.`,
    remedy: 'Use a kubeconfig that works without questions: with a token, a client certificate, or another plugin.',
  });

export const pluginHangs = (
  context: string,
  command: string,
  { deadlineMs, said }: { deadlineMs: number; said: string },
): ClusterError =>
  new ClusterError('credential-plugin-hangs', {
    message: `The credential plugin "${command}" of context "${context}" did not end within ${deadlineMs / 1000} s${said === '' ? ' and printed nothing' : `; its last output: ${said.replace(/\s+/g, ' ')}`}.`,
    remedy: `It may be waiting for a login: log in first, so that \`kubectl --context ${context} get nodes\` works without a question.`,
  });

export const serverUnreachable = (
  server: string,
  {
    why,
    elapsedMs,
    attempts,
    doing,
  }: {
    why: string;
    elapsedMs: number;
    attempts: number;
    doing: string;
  },
): ClusterError =>
  new ClusterError('server-unreachable', {
    message: `The API server ${server} can't be reached (${doing}): ${why} after ${(elapsedMs / 1000).toFixed(1)} s and ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}.`,
    remedy: 'Check the address in the kubeconfig, the VPN or proxy, and whether the API server is running.',
  });

export const unauthorised = (server: string, detail: string): ClusterError =>
  new ClusterError('unauthorised', {
    message: `The API server ${server} does not accept these credentials: ${detail}.`,
    remedy: 'Log in again, or use the kubeconfig or context of another user.',
    status: 401,
    detail,
  });

export const requestForbidden = (detail: string): ClusterError =>
  new ClusterError('permission-missing', {
    message: `The API server refused: ${detail}.`,
    remedy: 'Grant this permission, or run the suite as a cluster administrator.',
    status: 403,
    detail,
  });

export const permissionsMissing = (
  who: string,
  { missing, without }: { missing: readonly string[]; without: readonly string[] },
): ClusterError =>
  new ClusterError('permission-missing', {
    message: `${who} may not ${missing.join('; ')}.`,
    remedy: `Grant the missing permissions with a ClusterRole, or run the suite as a cluster administrator.${
      without.length === 0 ? '' : ` None of them is needed ${without.join(' and ')}.`
    }`,
    status: 403,
  });

export const apiRefused = (doing: string, status: number, detail: string): ClusterError =>
  new ClusterError('api-refused', {
    message: `The API server answered ${status} to ${doing}: ${detail}.`,
    remedy: 'Check the API server’s log.',
    status,
    detail,
  });

/** A policy, a webhook or a quota, of an object that the run makes. */
export const admissionRefused = (doing: string, status: number, detail: string): ClusterError =>
  new ClusterError('admission-refused', {
    message: `The cluster refused ${doing}: ${detail}.`,
    remedy: adviceFor(detail),
    status,
    detail,
  });

export const hostPortTaken = ({ port, node, by }: { port: number; node: string | null; by: string }): ClusterError =>
  new ClusterError('host-port-taken', {
    message: `Port ${port} is taken on ${node ?? 'every node'}: it is the ${by}.`,
    remedy: 'Choose another with --host-port, or omit the option: then any free port is used.',
  });

/** The API knows nothing of such a process: the probes tell. */
export const hostPortHeld = (port: number, nodes: readonly string[]): ClusterError =>
  new ClusterError('host-port-taken', {
    message: `Port ${port} is taken by another process on every node (${fewOf(nodes)}): no probe of a node can listen there.`,
    remedy: 'Choose another with --host-port, or omit the option: then any free port is used.',
  });

export const noReadyNode = (reasons: readonly string[]): ClusterError =>
  new ClusterError('no-ready-node', {
    message:
      reasons.length === 0
        ? 'The cluster has no nodes.'
        : `The cluster has no node that a probe can run on: ${fewOf(reasons)}.`,
    remedy: 'See `kubectl get nodes` and `kubectl describe node`.',
  });

export const namespaceRefused = (name: string, detail: string): ClusterError =>
  new ClusterError('namespace-refused', {
    message: `The cluster refused to create the namespace ${name}: ${detail}.`,
    remedy: isByAdmission(detail)
      ? adviceFor(detail)
      : 'Grant the permission, or run the suite as a cluster administrator.',
    detail,
  });

/** An error after which it is not known whether the namespace exists, with what to do then. */
export const namespaceUncertain = (error: ClusterError, name: string, command: string): ClusterError =>
  new ClusterError(error.code, {
    message: `${error.message} The namespace ${name} may have been created anyway, and could not be removed.`,
    remedy: `${error.remedy} Then remove the namespace, if it exists, with \`${command}\`.`,
    status: error.status,
    detail: error.detail,
    cause: error.cause,
  });

export const podsRefused = (namespace: string, detail: string): ClusterError =>
  new ClusterError('pods-refused', {
    message: `The cluster refused to create the probes' pods in ${namespace}: ${detail}.`,
    remedy: adviceFor(detail),
    detail,
  });

/** For the report: the other probes are used. */
export const someRefused = (detail: string): string => `Some probes were refused: ${detail}. ${adviceFor(detail)}`;

export const pullSecretUnusable = (name: string, why: string): ClusterError =>
  new ClusterError('pull-secret-unusable', {
    message: `The image pull secret ${name} can't be used: ${why}.`,
    remedy: 'Name an existing secret of type kubernetes.io/dockerconfigjson as --image-pull-secret NAMESPACE/NAME.',
  });

export const imageNotPulled = (image: string, failures: readonly { node: string; event: string }[]): ClusterError =>
  new ClusterError('image-not-pulled', {
    message: `The image ${image} can't be pulled on ${fewOf([...new Set(failures.map(({ node }) => node))])}: ${failures[0]?.event ?? 'no event says why'}.`,
    remedy:
      'Name an image that the nodes can pull with --image, and a pull secret with --image-pull-secret NAMESPACE/NAME if it needs one.',
  });

export const probesNotStarted = (missing: readonly { node: string; reason: string }[], waited: string): ClusterError =>
  new ClusterError('probes-not-started', {
    message: `No probe could be used (${waited}): ${fewOf(missing.map(({ node, reason }) => `${node}: ${reason}`))}.`,
    remedy:
      missing.length > 0 && missing.every(({ reason }) => reason.includes(wasInjected))
        ? withoutInjection
        : 'Run again with --keep and see `kubectl describe pods` in the namespace of the run.',
  });

/** `seen`: what opening a stream failed with; `who`: who refuses it. */
export const execRefused = (server: string, { seen, who }: { seen: string; who: string }): ClusterError =>
  new ClusterError('exec-refused', {
    message: `The probes are running, but no exec stream to any of them could be opened through ${server}: ${seen}; ${who}.`,
    remedy:
      'The suite talks to its probes by exec, over a WebSocket (HTTP 101): have proxies and load balancers pass it, or use a kubeconfig that leads to the API server itself; `kubectl exec` must work with it.',
  });

export const interrupted = (doing: string): ClusterError =>
  new ClusterError('interrupted', { message: `Interrupted while ${doing}.`, remedy: 'Run again.' });
