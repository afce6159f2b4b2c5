/** The unix socket on which the runner's requests arrive, through the bridge. */
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { errorName } from '../io/errors.ts';
import { lineSplitter } from './lines.ts';
import { listenForStalls } from '../io/loop-clock.ts';
import { Reply } from './reply.ts';
import type { Agent } from './handlers.ts';
import { serve } from './serve.ts';
import { heartbeatIntervalMs } from '../wire.ts';
import type { Request } from '../../conversations/index.ts';
import type { Line } from '../../conversations/lines.ts';

const lineLimit = 64 * 1024 * 1024;

function readRequest(line: string): Request | null {
  try {
    const request: unknown = JSON.parse(line);
    return typeof request === 'object' && request !== null ? (request as Request) : null;
  } catch {
    return null;
  }
}

/** Requests of one connection run side by side; when its input ends, their replies are still written. */
function converse(socket: Socket, agent: Agent): void {
  const { instance } = agent.settings.identity;
  const stopListening = listenForStalls();
  // Every dial in flight may wait for the same full stream.
  socket.setMaxListeners(0);
  const running = new Set<Promise<void>>();
  const beat = setInterval(() => {
    const line: Line = { heartbeat: { instance } };
    if (socket.writable && !socket.writableNeedDrain) socket.write(`${JSON.stringify(line)}\n`);
  }, heartbeatIntervalMs);

  const take = (line: string): void => {
    if (line.trim() === '') return;
    const request = readRequest(line);
    const reply = new Reply(socket, request?.id ?? '', instance);
    const served = request ? serve(request, agent, reply) : reply.end('a line that is no JSON object');
    running.add(served);
    void served.finally(() => running.delete(served));
  };
  const split = lineSplitter(take, lineLimit);
  socket.on('data', (chunk: Buffer) => {
    try {
      split(chunk);
    } catch (error) {
      console.error(`flatnet agent: hung up on the runner: ${errorName(error)}`);
      socket.destroy();
    }
  });
  socket.on('end', () => void Promise.all(running).then(() => socket.end()));
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(beat);
    stopListening();
  });
}

/** Listens at the agent's socket path; removes what an earlier agent left there. */
export async function listenForRunner(agent: Agent): Promise<void> {
  const path = agent.settings.socketPath;
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => converse(socket, agent));
  server.listen(path);
  await once(server, 'listening');
  server.on('error', () => {});
}
