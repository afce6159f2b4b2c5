/** Real agents on loopback addresses, spoken to through the real bridge. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Dial, DialRecord } from '../../../lib/conversations/dial.ts';
import { wireVersion } from '../../../lib/probe/wire.ts';
import { recordSchemas, type Kind, type RecordOf, type RequestBody } from '../../../lib/conversations/index.ts';
import type { Line, Trailer } from '../../../lib/conversations/lines.ts';

const sources = join(import.meta.dirname, '../../../lib/probe');

export interface WholeAnswer<K extends Kind = Kind> {
  records: RecordOf<K>[];
  end: Trailer;
  /** Over the records' texts as they arrived. */
  digest: string;
}

export interface TestAgent {
  process: ChildProcess;
  socketPath: string;
  port: number;
  /** Throws when a record is none of the conversation. */
  request<K extends Kind>(body: RequestBody<K>, options?: { version: number }): Promise<WholeAnswer<K>>;
  dial(...dials: Partial<Dial>[]): Promise<DialRecord[]>;
  /** Ends what the bridge reads: the runner is gone. */
  hangUp(): void;
  stop(): Promise<void>;
}

let nonces = 0;

/** A dial to 127.0.0.1 with a fresh nonce and a deadline that a healthy dial never meets. */
export function dialTo(dial: Partial<Dial>): Dial {
  nonces += 1;
  return {
    nonce: `nonce-${process.pid}-${nonces}`,
    protocol: 'TCP',
    address: '127.0.0.1',
    port: 1,
    timeoutMs: 20_000,
    ...dial,
  };
}

/** A port below those that the kernel gives away by itself, so that no other socket happens to have it. */
export function quietPort(): number {
  return 21_000 + (process.pid % 10_000);
}

/** The bridge's process; ends when its input does. */
export function startBridge(socketPath: string): ChildProcess {
  const env = { ...process.env, FLATNET_SOCKET: socketPath };
  return spawn(process.execPath, [join(sources, 'bridge.ts')], { env, stdio: 'pipe' });
}

function readLines(bridge: ChildProcess) {
  const waiting = new Map<string, (answer: WholeAnswer) => void>();
  const partial = new Map<string, { records: RecordOf[]; texts: string[] }>();
  createInterface({ input: bridge.stdout! }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if ('heartbeat' in line) return;
    const so = partial.get(line.id) ?? { records: [], texts: [] };
    partial.set(line.id, so);
    if ('record' in line) {
      so.records.push(line.record);
      so.texts.push(text.slice(text.indexOf('"record":') + '"record":'.length, -1));
      return;
    }
    const digest = createHash('sha256')
      .update(so.texts.map((one) => `${one}\n`).join(''))
      .digest('hex');
    waiting.get(line.id)?.({ records: so.records, end: line.end, digest });
  });
  return (id: string) => new Promise<WholeAnswer>((resolve) => waiting.set(id, resolve));
}

/** Starts an agent and a bridge to it; `spawnWith` may put the agent elsewhere (a network namespace). */
export async function startAgent(
  name: string,
  options: { addresses?: string; env?: Record<string, string>; spawnWith?: string[] } = {},
): Promise<TestAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'flatnet-unit-'));
  const socketPath = join(folder, 'agent.sock');
  const env = {
    ...process.env,
    FLATNET_POD: name,
    FLATNET_UID: `uid-of-${name}`,
    FLATNET_NODE: `node-of-${name}`,
    FLATNET_ADDRESSES: options.addresses ?? '127.0.0.1',
    FLATNET_SOCKET: socketPath,
    ...options.env,
  };
  const [command, ...before] = [...(options.spawnWith ?? []), process.execPath];
  const agent = spawn(command, [...before, join(sources, 'agent.ts')], {
    env,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const bridge = startBridge(socketPath);
  const answerTo = readLines(bridge);
  let ids = 0;

  const request: TestAgent['request'] = async <K extends Kind>(
    body: RequestBody<K>,
    { version }: { version: number } = { version: wireVersion },
  ) => {
    ids += 1;
    const whole = answerTo(`${name}-${ids}`);
    bridge.stdin!.write(`${JSON.stringify({ version, id: `${name}-${ids}`, ...body })}\n`);
    const { records, ...about } = await whole;
    return { records: records.map((record) => recordSchemas[body.kind].parse(record)), ...about };
  };
  const early = once(agent, 'exit').then(([code]) => {
    bridge.kill();
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`the agent ended with ${String(code)} before it said hello`);
  });
  early.catch(() => {});
  const [hello] = (await Promise.race([request({ kind: 'hello' }), early])).records;
  if (hello === undefined) throw new Error('no hello');
  return {
    process: agent,
    socketPath,
    port: hello.port,
    request,
    async dial(...dials) {
      const { records } = await request({ kind: 'dial', concurrency: 64, dials: dials.map(dialTo) });
      return records;
    },
    hangUp: () => void bridge.stdin!.end(),
    async stop() {
      bridge.stdin!.end();
      if (agent.exitCode === null && agent.signalCode === null) {
        agent.kill();
        await once(agent, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
