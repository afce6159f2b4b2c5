/** What both ends of a conversation share at run time; the messages themselves are in `lib/conversations/`. */

export const wireVersion = 1;
export const heartbeatIntervalMs = 10_000;

/** The environment variables that a probe pod is given; all but the last two come from the downward API. */
export const probeEnvironment = {
  pod: 'FLATNET_POD',
  uid: 'FLATNET_UID',
  node: 'FLATNET_NODE',
  podIPs: 'FLATNET_POD_IPS',
  hostIPs: 'FLATNET_HOST_IPS',
  /** "pod" or "node" (host network). */
  kind: 'FLATNET_KIND',
  /** The port to listen on; empty or "0" leaves it to the kernel. */
  port: 'FLATNET_PORT',
} as const;

/** Where the agent listens for the bridge that an exec stream runs; a file, since abstract sockets are shared on a host network. */
export const agentSocketPath = '/tmp/flatnet.sock';
