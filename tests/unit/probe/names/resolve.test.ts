/** Questions to a DNS server of a few lines, over UDP and TCP. */
import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Question, ResolveRecord } from '../../../../lib/conversations/resolve.ts';
import { questionOf, readAnswer } from '../../../../lib/probe/names/message.ts';
import { resolveAll } from '../../../../lib/probe/names/resolve.ts';

/** Its name is a pointer to the question's, as servers write it. */
function resource(type: number, data: Buffer): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 30, 0, data.length]);
  return Buffer.concat([head, data]);
}

function answerTo(question: Buffer, resources: Buffer[], code = 0): Buffer {
  const message = Buffer.concat([question, ...resources]);
  message[2] = 0x81;
  message[3] = 0x80 | code;
  message.writeUInt16BE(resources.length, 6);
  return message;
}

function truncated(message: Buffer): Buffer {
  message.writeUInt8(message.readUInt8(2) | 0x02, 2);
  return message;
}

/** A answers with two addresses, AAAA with one, PTR with a name that ends in the question's own; nobody knows names that begin with x. */
function answer(question: Buffer): Buffer {
  const type = question.readUInt16BE(question.length - 4);
  if (question.toString('latin1', 13, 14) === 'x') return answerTo(question, [], 3);
  if (question.toString('latin1', 13, 14) === 't') return truncated(answerTo(question, []));
  if (type === 1)
    return answerTo(question, [resource(1, Buffer.from([10, 0, 0, 1])), resource(1, Buffer.from([10, 0, 0, 2]))]);
  if (type === 12) return answerTo(question, [resource(12, Buffer.from([3, ...Buffer.from('api'), 0xc0, 12]))]);
  return answerTo(question, [resource(28, Buffer.from('fd000000000000000000000000000a0b', 'hex'))]);
}

describe('a DNS message', () => {
  it('is a question that is answered by addresses, or by names that point elsewhere', () => {
    const asked = (type: 'A' | 'AAAA' | 'PTR') => answer(questionOf({ id: 7, name: 'one.two.', type }));
    expect(readAnswer(asked('A'), { type: 'A' })).to.deep.equal({
      id: 7,
      code: 0,
      truncated: false,
      found: ['10.0.0.1', '10.0.0.2'],
    });
    expect(readAnswer(asked('AAAA'), { type: 'AAAA' }).found).to.deep.equal(['fd00::a0b']);
    expect(readAnswer(asked('PTR'), { type: 'PTR' }).found).to.deep.equal(['api.one.two']);
    expect(readAnswer(asked('A'), { type: 'AAAA' }).found, 'of another type').to.deep.equal([]);
  });

  it('is refused where it is none, is cut off, or goes in circles', () => {
    expect(() => questionOf({ id: 1, name: `${'a'.repeat(64)}.b`, type: 'A' })).to.throw(RangeError);
    const question = questionOf({ id: 1, name: 'one', type: 'A' });
    expect(() => readAnswer(question, { type: 'A' })).to.throw(RangeError);
    expect(() => readAnswer(answer(question).subarray(0, -3), { type: 'A' })).to.throw(RangeError);
    const circle = answer(question);
    circle.writeUInt16BE(0xc0_0c, 12);
    expect(() => readAnswer(circle, { type: 'A' })).to.throw(RangeError);
  });
});

describe('questions to a DNS server', () => {
  const udp = createSocket('udp4');
  const sources = new Set<number>();
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      const message = answer(piece.subarray(2));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      // In two pieces, as networks do.
      socket.write(Buffer.concat([length, message.subarray(0, 5)]), () => socket.write(message.subarray(5)));
    });
  });
  let port = 0;

  before(async () => {
    await new Promise<void>((resolve) => void tcp.listen(0, '127.0.0.1', resolve));
    port = (tcp.address() as AddressInfo).port;
    await new Promise<void>((resolve) => void udp.bind(port, '127.0.0.1', resolve));
    udp.on('message', (message, from) => {
      sources.add(from.port);
      udp.send(answer(message), from.port, from.address);
    });
  });
  after(() => {
    udp.close();
    tcp.close();
  });

  async function ask(questions: (Partial<Question> & Pick<Question, 'protocol'>)[]): Promise<ResolveRecord[]> {
    const records: ResolveRecord[] = [];
    const common = { server: '127.0.0.1', port, name: 'one.two', type: 'A' } as const;
    const whole = questions.map((one, n): Question => ({ id: String(n), ...common, ...one }));
    await resolveAll({ questions: whole, timeoutMs: 500 }, async (record) => void records.push(record));
    return records.toSorted((one, other) => Number(one.id) - Number(other.id));
  }

  it('are answered over both protocols; over UDP those about one name come from one socket', async () => {
    const records = await ask([
      { protocol: 'UDP' },
      { protocol: 'UDP', type: 'AAAA' },
      { protocol: 'TCP' },
      { protocol: 'TCP', name: 'xyz' },
    ]);
    expect(records.map(({ outcome, code, found }) => [outcome, code, found.length])).to.deep.equal([
      ['answered', 0, 2],
      ['answered', 0, 1],
      ['answered', 0, 2],
      ['answered', 3, 0],
    ]);
    expect(sources.size).to.equal(1);
  });

  it('are answered in part by a server that says so', async () => {
    const [record] = await ask([{ protocol: 'UDP', name: 'truncated' }]);
    expect(record).to.deep.include({ outcome: 'answered', found: [], truncated: true });
    expect((await ask([{ protocol: 'UDP' }]))[0]).not.to.have.property('truncated');
  });

  it('fail where nobody listens, and time out where nobody answers', async () => {
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => void silent.bind(0, '127.0.0.1', resolve));
    const records = await ask([
      { protocol: 'TCP', port: 1 },
      { protocol: 'UDP', port: 1 },
      { protocol: 'UDP', port: silent.address().port },
    ]);
    silent.close();
    expect(records.map(({ outcome }) => outcome)).to.deep.equal(['failed', 'failed', 'timeout']);
    expect(records[0]?.error).to.equal('ECONNREFUSED');
  });
});
