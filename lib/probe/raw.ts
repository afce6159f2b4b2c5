import type { RawRecord, RawRequest } from './wire.ts';
export async function tryRaw(_r: RawRequest, _report: (record: RawRecord) => Promise<void>): Promise<void> {}
export async function listenRaw(_forMs: number): Promise<void> {}
