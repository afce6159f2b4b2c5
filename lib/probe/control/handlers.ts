/** The handler of each kind of request. Rarely needed ones are loaded on first use, which saves start-up time and memory. */
import type { Kind, RecordOf, Request } from '../../conversations/index.ts';
import { dialAll } from '../dial/dial.ts';
import { recentStall } from '../io/loop-clock.ts';
import type { Responder } from '../respond/responder.ts';
import { droppedDatagrams } from '../self/dropped.ts';
import { readHalfOpen } from '../self/half-open.ts';
import { hello } from '../self/hello.ts';
import { getLoopback } from '../self/loopback.ts';
import type { Settings } from './environment.ts';
import type { Memory } from './memory.ts';
import type { Reply } from './reply.ts';

export interface Agent {
  settings: Settings;
  responder: Responder;
  memory: Memory;
}

/** What a handler may do with the reply; ending it is not its task. */
type Answer<K extends Kind> = Pick<Reply<RecordOf<K>>, 'record' | 'wanted' | 'attended'>;

export type Handler<K extends Kind> = (request: Request<K>, answer: Answer<K>, agent: Agent) => void | Promise<void>;

/** A handler rejects with a sentence when a request can't be carried out. */
export const handlers: { readonly [K in Kind]: Handler<K> } = {
  hello: (_request, answer, { settings, responder }) => answer.record(hello(settings, responder.port)),
  async listen({ ports }, answer, { responder }) {
    for await (const record of responder.listenAll(ports)) await answer.record(record);
  },
  unlisten: (_request, _answer, { responder }) => responder.unlisten(),
  dial: (request, answer, { memory: { dialled } }) =>
    dialAll(request, (record) => answer.record(record), { wanted: () => answer.wanted, dialled }),
  async seen({ nonces, withinMs }, answer, { responder }) {
    for (const nonce of nonces) {
      const seen = responder.ledger.seen(nonce);
      if (seen) await answer.record(seen);
    }
    await answer.record(await readHalfOpen(responder.ports()));
    await answer.record({
      kind: 'stall',
      longestMs: recentStall(withinMs),
      droppedDatagrams: await droppedDatagrams(responder.ports()),
    });
  },
  async speak(request, answer, { responder }) {
    const { speakFirst } = await import('../respond/speak-first.ts');
    await speakFirst(request, responder, (record) => answer.record(record));
  },
  async resolve(request, answer) {
    const { resolveAll } = await import('../names/resolve.ts');
    await resolveAll(request, (record) => answer.record(record));
  },
  async raw(request, answer, { memory }) {
    const { tryRaw } = await import('../raw/raw.ts');
    await tryRaw(request, (record) => answer.record(record), memory.rawHelper);
  },
  async 'raw-listen'({ forMs }, _answer, { memory }) {
    const { listenRaw } = await import('../raw/raw.ts');
    await listenRaw(forMs, memory.rawHelper);
  },
  async 'path-mtu'({ addresses }, answer, { memory }) {
    const { readPathMtus } = await import('../raw/raw.ts');
    await readPathMtus(addresses, (record) => answer.record(record), memory.rawHelper);
  },
  async routes({ addresses }, answer, { memory }) {
    const { readRoutes } = await import('../raw/raw.ts');
    await answer.record(await readRoutes(addresses, memory.rawHelper));
  },
  loopback: async (request, answer) => answer.record(await getLoopback(request)),
  async kernel(_request, answer) {
    const { readKernel } = await import('../self/kernel.ts');
    await answer.record(readKernel());
  },
  async 'echo-listen'(request, answer, { responder: { addresses }, memory }) {
    const { listenForEchoes } = await import('../measuring/echo.ts');
    const records = listenForEchoes(request, { addresses, earlier: memory.echoes });
    for await (const record of records) await answer.record(record);
  },
  async 'await-echo'(request, answer) {
    const { awaitEchoes } = await import('../closed-loop/await.ts');
    await awaitEchoes(request, (record) => answer.record(record));
  },
  async measure(request, answer, { memory: { nextPorts: next } }) {
    const { measure } = await import('../closed-loop/measure.ts');
    await measure(request, (record) => answer.record(record), { wanted: () => answer.wanted, next });
  },
  async 'open-loop'(request, answer) {
    const { openLoop } = await import('../open-loop/open-loop.ts');
    await openLoop(
      request,
      (record) => answer.record(record),
      () => answer.wanted,
    );
  },
  async 'load-listen'(request, answer, { responder: { addresses }, memory }) {
    const { listenForLoads } = await import('../load/listen.ts');
    const records = listenForLoads(request, { addresses, earlier: memory.loadListeners });
    for await (const record of records) await answer.record(record);
  },
  async load(request, answer, { memory: { loads: soFar } }) {
    const { load } = await import('../load/load.ts');
    await answer.record(await load(request, { attended: () => answer.attended, soFar }));
  },
};
