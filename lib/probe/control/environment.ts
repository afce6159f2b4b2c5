/** The agent's configuration. Nothing else in the probe reads the environment. */
import { randomUUID } from 'node:crypto';
import { agentSocketPath, probeEnvironment } from '../wire.ts';
import type { Identity } from '../../conversations/basics.ts';

export interface Settings {
  identity: Identity;
  kind: 'pod' | 'node';
  /** 0: the kernel's choice. */
  port: number;
  /** status.podIPs from the downward API, unchanged. */
  podIPs: string[];
  hostIPs: string[];
  /** Listen on exactly these; null: determined from the interfaces. */
  addresses: string[] | null;
  socketPath: string;
}

/** For agents that are not in a pod: listen on these addresses (comma separated, loopback allowed). */
const addressesVariable = 'FLATNET_ADDRESSES';

/** For agents that are not in a pod: the path of the unix socket. The bridge reads the same name. */
const socketVariable = 'FLATNET_SOCKET';

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Never throws for a missing variable (that gives an empty text); throws an Error with one sentence for an invalid port. */
export function readEnvironment(env: NodeJS.ProcessEnv): Settings {
  const port = Number(env[probeEnvironment.port] ?? '0');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${probeEnvironment.port} is no port number: ${env[probeEnvironment.port]}`);
  const addresses = list(env[addressesVariable]);
  return {
    identity: {
      pod: env[probeEnvironment.pod] ?? '',
      uid: env[probeEnvironment.uid] ?? '',
      node: env[probeEnvironment.node] ?? '',
      instance: randomUUID(),
    },
    kind: env[probeEnvironment.kind] === 'node' ? 'node' : 'pod',
    port,
    podIPs: list(env[probeEnvironment.podIPs]),
    hostIPs: list(env[probeEnvironment.hostIPs]),
    addresses: addresses.length > 0 ? addresses : null,
    socketPath: env[socketVariable] || agentSocketPath,
  };
}
