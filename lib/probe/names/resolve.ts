/** Questions to DNS servers, over UDP and TCP. */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Question, ResolveRecord, ResolveRequest } from '../../conversations/resolve.ts';
import { errorName } from '../io/errors.ts';
import { afterAwake } from '../io/loop-clock.ts';
import { questionOf, readAnswer } from './message.ts';

type Report = (record: ResolveRecord) => Promise<void>;

/** Asks everything at once, and reports each question as it ends. */
export async function resolveAll(
  { questions, timeoutMs }: Omit<ResolveRequest, 'kind'>,
  report: Report,
): Promise<void> {
  const byUdp = questions.filter(({ protocol }) => protocol === 'UDP');
  const sockets = [...Map.groupBy(byUdp, ({ server, port, name }) => `${server} ${port} ${name}`).values()];
  const byTcp = questions.filter(({ protocol }) => protocol === 'TCP');
  await Promise.all([
    ...sockets.map((some) => askByUdp(some, { timeoutMs, report })),
    ...byTcp.map((question) => askByTcp(question, { timeoutMs, report })),
  ]);
}

interface Asking {
  timeoutMs: number;
  report: Report;
}

/** All questions to one server from one socket, each with an id of its own. */
async function askByUdp(questions: Question[], { timeoutMs, report }: Asking): Promise<void> {
  const first = questions[0]!;
  const socket = createSocket(isIPv6(first.server) ? 'udp6' : 'udp4');
  const started = performance.now();
  const open = new Map(questions.map((question, n) => [n + 1, question]));
  const reports: Promise<void>[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (id: number, ended: Ended): void => {
    const question = open.get(id);
    if (question === undefined) return;
    open.delete(id);
    reports.push(report(recordOf(question, ended)));
    if (open.size === 0) resolve();
  };
  const endAll = (ended: Ended): void => {
    for (const id of open.keys()) end(id, ended);
  };
  const cancel = afterAwake(timeoutMs, () => endAll({ outcome: 'timeout' }));
  socket.on('error', (error) => endAll({ outcome: 'failed', error: errorName(error) }));
  socket.on('message', (message) => {
    const id = message.length < 2 ? 0 : message.readUInt16BE(0);
    const question = open.get(id);
    if (question !== undefined) end(id, heard(message, { question, started }));
  });
  socket.connect(first.port, first.server, () => {
    for (const [id, { name, type }] of open)
      socket.send(questionOf({ id, name, type }), (error) => {
        if (error) end(id, { outcome: 'failed', error: errorName(error) });
      });
  });
  await promise;
  cancel();
  socket.close();
  await Promise.all(reports);
}

/** A connection for one question; messages follow their length, of two bytes. */
async function askByTcp(question: Question, { timeoutMs, report }: Asking): Promise<void> {
  const { server, port, name, type } = question;
  const started = performance.now();
  const socket = connect({ host: server, port, noDelay: true });
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const cancel = afterAwake(timeoutMs, () => resolve({ outcome: 'timeout' }));
  let received = Buffer.alloc(0);
  socket.on('connect', () => {
    const asked = questionOf({ id: 1, name, type });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(asked.length);
    socket.write(Buffer.concat([length, asked]));
  });
  socket.on('data', (piece: Buffer) => {
    received = Buffer.concat([received, piece]);
    const length = received.length < 2 ? Infinity : received.readUInt16BE(0);
    if (received.length >= 2 + length) resolve(heard(received.subarray(2, 2 + length), { question, started }));
  });
  socket.on('error', (error) => resolve({ outcome: 'failed', error: errorName(error) }));
  socket.on('close', () => resolve({ outcome: 'failed', error: 'closed without an answer' }));
  const ended = await promise;
  cancel();
  socket.destroy();
  await report(recordOf(question, ended));
}

type Ended = Pick<ResolveRecord, 'outcome'> &
  Partial<Pick<ResolveRecord, 'code' | 'found' | 'truncated' | 'afterMs' | 'error'>>;

function heard(message: Buffer, { question, started }: { question: Question; started: number }): Ended {
  try {
    const { code, found, truncated } = readAnswer(message, question);
    const left = truncated ? { truncated } : {};
    return {
      outcome: 'answered',
      code,
      found,
      ...left,
      afterMs: Math.round((performance.now() - started) * 1000) / 1000,
    };
  } catch (error) {
    return { outcome: 'malformed', error: error instanceof Error ? error.message : String(error) };
  }
}

function recordOf({ id, protocol }: Question, ended: Ended): ResolveRecord {
  return { kind: 'resolve', id, protocol, code: null, found: [], afterMs: null, error: null, ...ended };
}
