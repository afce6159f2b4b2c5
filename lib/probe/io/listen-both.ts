/** Both protocols on one port of several addresses, for a while: the far end of a measurement. */
import { errorName } from './errors.ts';
import type { Protocol } from '../../conversations/basics.ts';
import type { ListenRecord } from '../../conversations/listen.ts';

/** Listens on one address and port (0: the kernel's choice); rejects when it can't. */
type Open = (address: string, port: number) => Promise<{ port: number; close(): void }>;

/** Closes what the latest call opened; another call takes its place. */
export interface Earlier {
  close(): void;
}

/** Nothing was opened yet. */
export function nothingEarlier(): Earlier {
  return { close: () => {} };
}

/** Opens TCP, then UDP, on the same port of every address, as `records` is read: one per protocol, which names what could not be bound. `close` closes all; it is called after `forMs` at the latest. */
export function listenOnBoth(options: {
  addresses: string[];
  port: number;
  forMs: number;
  open: Record<Protocol, Open>;
}): { records: AsyncGenerator<ListenRecord>; close(): void } {
  const opened: { close(): void }[] = [];
  const close = (): void => {
    clearTimeout(timer);
    for (const one of opened.splice(0)) one.close();
  };
  const timer = setTimeout(close, options.forMs);
  return { records: openAll(options, opened), close };
}

async function* openAll(
  { addresses, port, open }: { addresses: string[]; port: number; open: Record<Protocol, Open> },
  opened: { close(): void }[],
): AsyncGenerator<ListenRecord> {
  let chosen = port;
  for (const protocol of ['TCP', 'UDP'] satisfies Protocol[]) {
    let error: string | null = null;
    try {
      for (const address of addresses) {
        const one = await open[protocol](address, chosen);
        opened.push(one);
        chosen = one.port;
      }
    } catch (thrown) {
      error = errorName(thrown);
    }
    yield { kind: 'listen', protocol, port: chosen, error };
  }
}
