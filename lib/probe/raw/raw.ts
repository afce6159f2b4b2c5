/** Protocols that nobody promised, tried in a helper process that starts on first use and stays. */
import { noRawSockets } from '../self/capabilities.ts';
import { isBuiltin } from 'node:module';
import { isIP } from 'node:net';
import type { PathMtuRecord } from '../../conversations/self/path-mtu.ts';
import type { RoutesRecord } from '../../conversations/self/routes.ts';
import type { RawRecord, RawRequest } from '../../conversations/raw.ts';
import type { RawHelper } from './raw-helper.ts';

/** One record per protocol and target; those that can't be tried are `not checked`, with the reason. Never rejects. */
export async function tryRaw(
  request: RawRequest,
  report: (record: RawRecord) => Promise<void>,
  command: RawHelper,
): Promise<void> {
  const reason = noRawSockets();
  const tries = request.targets.flatMap(({ address, protocols }) =>
    protocols.map(async (protocol) => {
      const unchecked = (why: string): RawRecord => ({
        kind: 'raw',
        address,
        protocol,
        result: 'not checked',
        reason: why,
      });
      if (reason !== null) return report(unchecked(reason));
      const { timeoutMs } = request;
      const record = await command({ kind: 'try', address, protocol, timeoutMs }).catch((error: Error) =>
        unchecked(error.message),
      );
      return report(record?.kind === 'raw' ? record : unchecked('the raw helper said nothing'));
    }),
  );
  await Promise.all(tries);
}

/** Resolves once IP protocol 253 is answered, for `forMs` from then. Without CAP_NET_RAW nothing happens. Rejects when the helper fails. */
export async function listenRaw(forMs: number, command: RawHelper): Promise<void> {
  if (noRawSockets() === null) await command({ kind: 'listen', forMs });
}

/** One record for each address; null where there is no node:ffi, or no route. Needs no capability. Never rejects. */
export async function readPathMtus(
  addresses: string[],
  report: (record: PathMtuRecord) => Promise<void>,
  command: RawHelper,
): Promise<void> {
  const isAble = isBuiltin('node:ffi');
  await Promise.all(
    addresses.map(async (address) => {
      const isAsked = isAble && isIP(address) !== 0;
      const record = isAsked ? await command({ kind: 'path-mtu', address }).catch(() => null) : null;
      await report(record?.kind === 'path-mtu' ? record : { kind: 'path-mtu', address, mtu: null });
    }),
  );
}

/** What the kernel says of routes to these addresses, and of its rules; empty where there is no node:ffi, or no rtnetlink (gVisor). Needs no capability. Never rejects. */
export async function readRoutes(addresses: string[], command: RawHelper): Promise<RoutesRecord> {
  const asked = addresses.filter((address) => isIP(address) !== 0);
  const record = isBuiltin('node:ffi') ? await command({ kind: 'routes', addresses: asked }).catch(() => null) : null;
  return record?.kind === 'routes' ? record : { kind: 'routes', routes: [], rules: [] };
}
