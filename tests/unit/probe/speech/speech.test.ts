import { expect } from 'chai';
import { describe, it } from 'mocha';
import { AnswerListener } from '../../../../lib/probe/speech/hear-answer.ts';
import { Ledger } from '../../../../lib/probe/respond/ledger.ts';
import { lineSplitter } from '../../../../lib/probe/control/lines.ts';
import { destinationOf } from '../../../../lib/mesh/destination.ts';
import { makeWorld } from '../../mesh/world.ts';
import { payload } from '../../../../lib/probe/speech/payload.ts';
import {
  answerText,
  beginsLikeQuestion,
  leastQuestion,
  leastQuestionBytes,
  questionHead,
  readLeastQuestion,
  readQuestionHead,
  tokenOf,
} from '../../../../lib/probe/speech/speech.ts';
import { leastSize, noPathMtus } from '../../../../lib/mesh/sizes/planned.ts';

const question = { nonce: 'n'.repeat(64), sequence: 99_999, bytes: 8_388_608 };
const end = { address: '10.0.0.1', port: 1 };
const who = { pod: 'p'.repeat(253), uid: 'u', node: 'n'.repeat(253), instance: 'i' };
const answer = { nonce: 'n', sequence: 0, received: 'r', fill: '00000010', who, local: end, peer: end };

describe('a question', () => {
  it('is read as it was written, the longest too', () => {
    const head = questionHead(question);
    expect(head).to.have.length(128);
    expect(readQuestionHead(head)).to.deep.equal(question);
    const ofAnswer = { ...question, answerBytes: 65_507 };
    expect(readQuestionHead(questionHead(ofAnswer))).to.deep.equal(ofAnswer);
  });

  it('is none any more with any one bit turned, but still looks like one', () => {
    const head = questionHead(question);
    for (let bit = 0; bit < head.length * 8; bit += 1) {
      const damaged = Buffer.from(head);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(readQuestionHead(damaged), `bit ${bit}`).to.equal(null);
      expect(beginsLikeQuestion(damaged)).to.equal(true);
    }
  });
});

describe('the least question', () => {
  const least = leastQuestion({ nonce: 'n', sequence: 300, bytes: leastQuestionBytes });

  it('is read by its token and number, however much follows, and is no other question', () => {
    expect(least).to.have.length(leastQuestionBytes);
    const said = { nonce: tokenOf('n'), sequence: 300 };
    expect(readLeastQuestion(least)).to.deep.equal(said);
    expect(readLeastQuestion(Buffer.concat([least, Buffer.alloc(3)]))).to.deep.equal(said);
    expect(readLeastQuestion(leastQuestion({ nonce: 'n', sequence: 300, bytes: 100 }))).to.deep.equal(said);
    expect(beginsLikeQuestion(least)).to.equal(false);
    expect(readLeastQuestion(questionHead(question))).to.equal(null);
    expect(readLeastQuestion(Buffer.alloc(0))).to.equal(null);
  });

  it('is damaged with any one bit turned behind its mark, or cut short', () => {
    for (let bit = 3 * 8; bit < least.length * 8; bit += 1) {
      const damaged = Buffer.from(least);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(readLeastQuestion(damaged), `bit ${bit}`).to.equal('damaged');
    }
    expect(readLeastQuestion(least.subarray(0, -1))).to.equal('damaged');
  });

  it('is as small as the least that is dialled', () => {
    const { pods } = makeWorld({ nodes: 2 });
    const way = { from: pods[0]!, to: destinationOf(pods[2]!), protocol: 'UDP', family: 'IPv4' } as const;
    expect(leastSize(way, noPathMtus).bytes).to.equal(leastQuestionBytes);
  });
});

describe('an answer', () => {
  const whole = Buffer.concat([answerText(answer), ...payload('answer', 'n', 0, 10)]);

  it('is heard in whatever pieces it comes', () => {
    for (let size = 1; size <= whole.length; size += 1) {
      const listener = new AnswerListener();
      let heard;
      for (let at = 0; at < whole.length; at += size) heard = listener.push(whole.subarray(at, at + size));
      expect(heard, `pieces of ${size}`).to.deep.equal({ kind: 'whole', answer });
    }
  });

  it('is damaged with any one bit turned', () => {
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const damaged = Buffer.from(whole);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const listener = new AnswerListener();
      listener.push(damaged);
      expect(listener.end().kind, `bit ${bit}`).to.equal('damaged');
    }
  });

  it('is damaged when it ends early or late', () => {
    for (const bytes of [whole.subarray(0, 63), whole.subarray(0, -1), Buffer.concat([whole, whole])]) {
      const listener = new AnswerListener();
      listener.push(bytes);
      expect(listener.end().kind).to.equal('damaged');
    }
  });

  it('is not what others say', () => {
    for (const text of ['S', 'SSH-2.0-OpenSSH_9.2\r\n', 'HTTP/1.1 400 Bad Request\r\n', '\0'.repeat(200)]) {
      const listener = new AnswerListener();
      listener.push(Buffer.from(text));
      expect(listener.end().kind, text).to.equal('foreign');
    }
    const echo = new AnswerListener();
    expect(echo.push(questionHead(question)).kind).to.equal('foreign');
    expect(new AnswerListener().end().kind).to.equal('nothing');
    expect(new AnswerListener().push(Buffer.alloc(0)).kind).to.equal('nothing');
  });
});

describe('a payload', () => {
  it('is the same every time, and another for every nonce, number and direction', () => {
    const bytes = (...args: Parameters<typeof payload>): string => Buffer.concat([...payload(...args)]).toString('hex');
    expect(bytes('ask', 'n', 1, 100_000))
      .to.equal(bytes('ask', 'n', 1, 100_000))
      .and.to.have.length(200_000);
    const others = [
      bytes('ask', 'n', 1, 9),
      bytes('answer', 'n', 1, 9),
      bytes('ask', 'm', 1, 9),
      bytes('ask', 'n', 2, 9),
    ];
    expect(new Set(others)).to.have.length(4);
    expect(bytes('ask', 'n', 1, 0)).to.equal('');
  });
});

describe('lines', () => {
  it('are bounded', () => {
    const lines: string[] = [];
    const split = lineSplitter((line) => lines.push(line), 10);
    split(Buffer.from('1234567890\n12345\n'));
    expect(lines).to.deep.equal(['1234567890', '12345']);
    expect(() => split(Buffer.from('12345678901'))).to.throw('more than 10 bytes');
  });
});

describe('the ledger', () => {
  it('forgets the oldest beyond 200,000', () => {
    const ledger = new Ledger();
    for (let at = 0; at <= 200_000; at += 1) ledger.note(`n${at}`, end, 0);
    expect(ledger.seen('n0')).to.equal(null);
    expect(ledger.seen('n1')).to.deep.equal({ kind: 'seen', nonce: 'n1', received: 1, peer: end, lateMs: 0 });
  });
});
