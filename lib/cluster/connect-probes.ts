/** From running pods to probes that answer. */
import type { V1Pod } from '@kubernetes/client-node';
import { isIPv6 } from 'node:net';
import pMap from 'p-map';
import type { Api } from './api.ts';
import { openChannel } from './channel.ts';
import { interrupted, reasonOf } from './errors.ts';
import { execStream } from './exec-stream.ts';
import { bridgeCommand, probeContainer } from './manifests.ts';
import type { Probe } from './model.ts';
import type { Missing, Rollout } from './rollout.ts';

export interface ConnectOptions {
  namespace: string;
  /** Exec streams that are opened at the same time. */
  concurrency?: number | undefined;
  openDeadlineMs?: number | undefined;
  helloDeadlineMs?: number | undefined;
  onNote?: ((note: string) => void) | undefined;
  /** Opens no further streams, closes those that stand and throws. */
  signal?: AbortSignal | undefined;
}

/** One channel and one hello a pod; a pod with which either fails is missing. */
export async function connectProbes(
  api: Api,
  { started, ...options }: { started: Rollout['started'] } & ConnectOptions,
): Promise<{ probes: Probe[]; missing: Missing[] }> {
  const results = await pMap(
    started,
    async ({ name, node, pod }): Promise<Probe | Missing> => {
      try {
        options.signal?.throwIfAborted();
        return await connectProbe(api, { name, node, pod, ...options });
      } catch (error) {
        return { node, probe: name, reason: reasonOf(error) };
      }
    },
    { concurrency: options.concurrency ?? 32 },
  );
  const probes = results.filter((result) => 'channel' in result);
  if (options.signal?.aborted) {
    for (const { channel } of probes) channel.close();
    throw interrupted('opening the exec streams');
  }
  return { probes, missing: results.filter((result) => 'reason' in result) };
}

async function connectProbe(
  api: Api,
  {
    name,
    node,
    pod,
    namespace,
    openDeadlineMs = 10_000,
    helloDeadlineMs = 20_000,
    onNote = () => {},
  }: Rollout['started'][number] & ConnectOptions,
): Promise<Probe> {
  const podName = pod.metadata?.name ?? '';
  const uid = pod.metadata?.uid ?? '';
  const who = `${node}/${name}`;
  const stream = execStream(api, {
    namespace,
    pod: podName,
    container: probeContainer,
    command: bridgeCommand,
    handshakeMs: openDeadlineMs,
  });
  const channel = await openChannel(stream, { who, openDeadlineMs, onNote, beforeReopen: () => api.answers() });
  const reply = await channel.request({ kind: 'hello' }, { deadlineMs: helloDeadlineMs });
  const hello = reply.records.find((record) => record.kind === 'hello');
  if (reply.whole && hello?.identity.uid === uid) {
    return {
      name,
      kind: name === 'node' ? 'node' : 'pod',
      node,
      pod: podName,
      uid,
      addresses: addressesOf(pod),
      hello,
      channel,
    };
  }
  channel.close();
  throw new Error(
    reply.whole
      ? `the exec stream to ${who} reached ${hello ? `pod ${hello.identity.pod}` : 'something that does not say who it is'}`
      : reply.reason,
  );
}

/** One a family: the first that status.podIPs lists. A host-network pod's are its node's. */
export function addressesOf({ status }: V1Pod): Probe['addresses'] {
  const all = status?.podIPs?.map(({ ip }) => ip) ?? [status?.podIP];
  const addresses: Probe['addresses'] = {};
  for (const address of all) if (address) addresses[isIPv6(address) ? 'IPv6' : 'IPv4'] ??= address;
  return addresses;
}
