/** Carries out one request and writes its whole reply. */
import { dialAll } from '../dial/dial.ts';
import type { Settings } from './environment.ts';
import { errorName } from '../io/errors.ts';
import { droppedDatagrams } from '../self/dropped.ts';
import { readHalfOpen } from '../self/half-open.ts';
import { hello } from '../self/hello.ts';
import { recentStall } from '../io/loop-clock.ts';
import { getLoopback } from '../self/loopback.ts';
import type { Reply } from './reply.ts';
import type { Responder } from '../respond/responder.ts';
import { wireVersion } from '../wire.ts';
import type { Request } from '../../conversations/index.ts';

export interface Agent {
  settings: Settings;
  responder: Responder;
}

async function carryOut(request: Request, { settings, responder }: Agent, reply: Reply) {
  switch (request.kind) {
    case 'hello':
      return reply.record(hello(settings, responder.port));
    case 'listen':
      for await (const record of responder.listenAll(request.ports)) await reply.record(record);
      return;
    case 'unlisten':
      return responder.unlisten();
    case 'dial': {
      const report = (record: Parameters<Reply['record']>[0]) => reply.record(record);
      return dialAll(request, report, () => reply.wanted);
    }
    case 'seen':
      for (const nonce of request.nonces) {
        const seen = responder.ledger.seen(nonce);
        if (seen) await reply.record(seen);
      }
      await reply.record(await readHalfOpen(responder.ports()));
      return reply.record({
        kind: 'stall',
        longestMs: recentStall(request.withinMs),
        droppedDatagrams: await droppedDatagrams(responder.ports()),
      });
    case 'raw':
      return (await import('../raw/raw.ts')).tryRaw(request, (record) => reply.record(record));
    case 'raw-listen':
      return (await import('../raw/raw.ts')).listenRaw(request.forMs);
    case 'loopback':
      return reply.record(await getLoopback(request));
    case 'kernel':
      return reply.record((await import('../self/kernel.ts')).readKernel());
    case 'echo-listen':
      for await (const record of (await import('../measuring/echo.ts')).listenForEchoes(request, responder.addresses))
        await reply.record(record);
      return;
    case 'await-echo':
      return (await import('../closed-loop/await.ts')).awaitEchoes(request, (record) => reply.record(record));
    case 'measure': {
      const { measure } = await import('../closed-loop/measure.ts');
      return measure(
        request,
        (record) => reply.record(record),
        () => reply.wanted,
      );
    }
    case 'open-loop': {
      const { openLoop } = await import('../open-loop/open-loop.ts');
      return openLoop(
        request,
        (record) => reply.record(record),
        () => reply.wanted,
      );
    }
    case 'load-listen':
      for await (const record of (await import('../load/listen.ts')).listenForLoads(request, responder.addresses))
        await reply.record(record);
      return;
    case 'load': {
      const { load } = await import('../load/load.ts');
      return reply.record(await load(request, () => reply.attended));
    }
    default:
      throw new Error(`unknown kind of request: ${JSON.stringify((request as Request).kind)}`);
  }
}

/** Always ends the reply with a trailer; what goes wrong is said there. Never rejects. */
export async function serve(request: Request, agent: Agent, reply: Reply): Promise<void> {
  let error: string | null = null;
  try {
    if (request.version !== wireVersion)
      throw new Error(`version ${String(request.version)} is not spoken here, only ${String(wireVersion)}`);
    await carryOut(request, agent, reply);
  } catch (thrown) {
    error = errorName(thrown);
  }
  await reply.end(error);
}
