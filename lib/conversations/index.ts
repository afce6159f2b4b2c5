/**
 * Every conversation between the runner and a probe, one file each: the request, the records that answer it, and the schema that
 * checks them. One JSON object per line, both ways (`lines.ts`). Units are in the names; addresses are textual IPs without
 * brackets or zone. Probes import types only: there is no zod in the pods.
 */
import { z } from 'zod';
import { measureRecord, type MeasureRecord, type MeasureRequest } from './closed-loop.ts';
import { dialRecord, type DialRecord, type DialRequest } from './dial.ts';
import { echoRecord, type AwaitEchoRequest, type EchoListenRequest, type EchoRecord } from './echo.ts';
import { helloRecord, type HelloRecord, type HelloRequest } from './hello.ts';
import { kernelRecord, type KernelRecord, type KernelRequest } from './kernel.ts';
import { listenRecord, type ListenRecord, type ListenRequest, type UnlistenRequest } from './listen.ts';
import { loadRecord, type LoadListenRequest, type LoadRecord, type LoadRequest } from './load.ts';
import { loopbackRecord, type LoopbackRecord, type LoopbackRequest } from './self/loopback.ts';
import { openLoopRecord, type OpenLoopRecord, type OpenLoopRequest } from './open-loop.ts';
import { pathMtuRecord, type PathMtuRecord, type PathMtuRequest } from './self/path-mtu.ts';
import { rawRecord, type RawListenRequest, type RawRecord, type RawRequest } from './raw.ts';
import { routesRecord, type RoutesRecord, type RoutesRequest } from './self/routes.ts';
import { resolveRecord, type ResolveRecord, type ResolveRequest } from './resolve.ts';
import { seenRecords, type SeenRecords, type SeenRequest } from './seen.ts';
import { spokenRecord, type SpeakRequest, type SpokenRecord } from './speak.ts';

/** By kind of request: the request, and any record of its reply. */
export interface Conversations {
  hello: { request: HelloRequest; record: HelloRecord };
  listen: { request: ListenRequest; record: ListenRecord };
  unlisten: { request: UnlistenRequest; record: never };
  dial: { request: DialRequest; record: DialRecord };
  seen: { request: SeenRequest; record: SeenRecords };
  speak: { request: SpeakRequest; record: SpokenRecord };
  resolve: { request: ResolveRequest; record: ResolveRecord };
  raw: { request: RawRequest; record: RawRecord };
  'raw-listen': { request: RawListenRequest; record: never };
  'path-mtu': { request: PathMtuRequest; record: PathMtuRecord };
  routes: { request: RoutesRequest; record: RoutesRecord };
  loopback: { request: LoopbackRequest; record: LoopbackRecord };
  kernel: { request: KernelRequest; record: KernelRecord };
  'echo-listen': { request: EchoListenRequest; record: ListenRecord };
  'await-echo': { request: AwaitEchoRequest; record: EchoRecord };
  measure: { request: MeasureRequest; record: MeasureRecord };
  'open-loop': { request: OpenLoopRequest; record: OpenLoopRecord };
  'load-listen': { request: LoadListenRequest; record: ListenRecord };
  load: { request: LoadRequest; record: LoadRecord };
}

export type Kind = keyof Conversations;

/** A request without the fields that the channel adds. */
export type RequestBody<K extends Kind = Kind> = { [P in K]: { kind: P } & Conversations[P]['request'] }[K];

/** A request as it is sent. */
export type Request<K extends Kind = Kind> = RequestBody<K> & {
  version: number;
  /** Echoed in every line of the reply. */
  id: string;
};

/** A record of the reply to a request of this kind. */
export type RecordOf<K extends Kind = Kind> = Conversations[K]['record'];

const noRecord = z.never('a request of this kind has no records');

/** The schema of each record of a reply, by the kind of its request. */
export const recordSchemas: { readonly [K in Kind]: z.ZodType<RecordOf<K>> } = {
  hello: helloRecord,
  listen: listenRecord,
  unlisten: noRecord,
  dial: dialRecord,
  seen: seenRecords,
  speak: spokenRecord,
  resolve: resolveRecord,
  raw: rawRecord,
  'raw-listen': noRecord,
  'path-mtu': pathMtuRecord,
  routes: routesRecord,
  loopback: loopbackRecord,
  kernel: kernelRecord,
  'echo-listen': listenRecord,
  'await-echo': echoRecord,
  measure: measureRecord,
  'open-loop': openLoopRecord,
  'load-listen': listenRecord,
  load: loadRecord,
};
