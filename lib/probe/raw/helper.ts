/** A separate process for raw sockets, forked by the agent: if node:ffi crashes it, the agent survives. */
import { errorName } from '../io/errors.ts';
import { RawExchange } from './exchange.ts';
import { askRoutes } from './routes.ts';
import { pathMtu } from './socket.ts';
import type { HelperOrder, HelperReport } from './raw-helper.ts';
import type { RawRecord } from '../../conversations/raw.ts';

const turnMs = 5;
const sendTimes = 3;

const exchange = new RawExchange();
let listenUntil = 0;
let trying = 0;
let turns: NodeJS.Timeout | undefined;

function tell(report: HelperReport): void {
  process.send?.(report);
}

/** Reads while there is something to wait for; then closes all and sleeps. */
function keepTurning(): void {
  turns ??= setInterval(() => {
    exchange.turn();
    if (trying > 0 || performance.now() < listenUntil) return;
    clearInterval(turns);
    turns = undefined;
    exchange.close();
  }, turnMs);
}

/** One packet, and two more with equal pauses while none is answered. */
async function tryOne(address: string, protocol: RawRecord['protocol'], timeoutMs: number): Promise<RawRecord> {
  const record = { kind: 'raw', address, protocol } as const;
  let trial;
  try {
    trial = exchange.begin(address, protocol);
  } catch (error) {
    return { ...record, result: 'not checked', reason: errorName(error) };
  }
  const started = performance.now();
  let sent = 0;
  let reason: string | null = null;
  try {
    for (;;) {
      const passed = performance.now() - started;
      const verdict = trial.poll();
      if (verdict) return { ...record, ...verdict };
      if (passed > timeoutMs) return { ...record, result: 'no answer', reason };
      if (sent < sendTimes && passed >= (sent * timeoutMs) / sendTimes) {
        sent += 1;
        try {
          trial.send();
        } catch (error) {
          reason = errorName(error);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, turnMs));
    }
  } finally {
    trial.close();
  }
}

async function obey(order: HelperOrder): Promise<void> {
  let error: string | null = null;
  try {
    if (order.kind === 'listen') {
      exchange.listen();
      listenUntil = Math.max(listenUntil, performance.now() + order.forMs);
      keepTurning();
    } else if (order.kind === 'path-mtu') {
      const { address } = order;
      tell({ order: order.order, record: { kind: 'path-mtu', address, mtu: pathMtu(address) } });
    } else if (order.kind === 'routes') {
      tell({ order: order.order, record: { kind: 'routes', ...askRoutes(order.addresses) } });
    } else {
      trying += 1;
      keepTurning();
      const { timeoutMs } = order;
      const record = await tryOne(order.address, order.protocol, timeoutMs).finally(() => {
        trying -= 1;
      });
      tell({ order: order.order, record });
    }
  } catch (thrown) {
    error = errorName(thrown);
  }
  tell({ order: order.order, done: true, error });
}

process.on('message', (order: HelperOrder) => void obey(order));
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
