import { expect } from 'chai';
import { assert as check, integer, property } from 'fast-check';
import { describe, it } from 'mocha';
import { halfWidth, middle } from '../../../../lib/probe/closed-loop/narrow.ts';
import {
  answers,
  isTag,
  makeAnswer,
  number,
  numberOf,
  questionPacket,
  stampOf,
  voiceBytes,
} from '../../../../lib/probe/measuring/packet.ts';
import { NoPortLeft, takePort } from '../../../../lib/probe/closed-loop/ports.ts';
import { seededRandom, shuffled } from '../../../../lib/probe/measuring/random.ts';

const tag = '00112233445566ff';

describe('measuring packets', () => {
  it('are answered once: an answer is no question', () => {
    const asked = questionPacket(tag);
    number(asked, 77);
    const packet = Buffer.from(asked);
    expect(answers(packet, asked)).to.equal(false);
    expect(makeAnswer(packet, Buffer.from(tag))).to.equal(true);
    expect(answers(packet, asked)).to.equal(true);
    expect(makeAnswer(packet, Buffer.from(tag))).to.equal(false);
    number(asked, 78);
    expect(answers(packet, asked)).to.equal(false);
  });

  it('with another tag, or of another length, are left alone', () => {
    const asked = questionPacket(tag);
    expect(makeAnswer(Buffer.from(asked), Buffer.from('f'.repeat(16)))).to.equal(false);
    expect(makeAnswer(Buffer.concat([asked, asked]), Buffer.from(tag))).to.equal(false);
    expect([isTag(tag), isTag('xyz'), isTag(5)]).to.deep.equal([true, false, false]);
  });
});

describe('packets as long as those of a voice', () => {
  it('are stamped when they are answered, by nobody else, and keep their number', () => {
    const asked = questionPacket(tag, voiceBytes);
    const packet = Buffer.from(asked);
    number(packet, 1_000_000);
    expect(stampOf(packet, asked)).to.equal(null);
    const before = process.hrtime.bigint();
    expect(makeAnswer(packet, Buffer.from(tag))).to.equal(true);
    const stamp = stampOf(packet, asked)!;
    expect(stamp >= before && stamp <= process.hrtime.bigint()).to.equal(true);
    expect([packet.length, numberOf(packet)]).to.deep.equal([172, 1_000_000]);
    expect(stampOf(packet, questionPacket('f'.repeat(16), voiceBytes))).to.equal(null);
    expect(stampOf(packet.subarray(0, 24), asked)).to.equal(null);
  });
});

describe('chance in a measurement', () => {
  it('can be had again by its seed', () => {
    const draw = (seed: number) => Array.from({ length: 20 }, seededRandom(seed));
    expect(draw(5)).to.deep.equal(draw(5));
    expect(draw(5)).not.to.deep.equal(draw(6));
  });

  it('puts every cell at every place about equally often', () => {
    const random = seededRandom(1);
    const first = Array.from({ length: 8000 }, () => shuffled(8, random)[0]!);
    const counts = Array.from({ length: 8 }, (_, cell) => first.filter((one) => one === cell).length);
    // 1000 ± 5 standard deviations of 30.
    for (const count of counts) expect(count).to.be.within(850, 1150);
  });

  it('is always a permutation', () => {
    check(
      property(integer(), integer({ min: 0, max: 12 }), (seed, count) => {
        const order = shuffled(count, seededRandom(seed));
        expect(order.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: count }, (_, at) => at));
      }),
    );
  });
});

describe('source ports of a measurement', () => {
  it('come once for each pod', () => {
    const range = { from: 20_000, to: 20_002, next: new Map<string, number>() };
    expect([takePort('a', range), takePort('a', range), takePort('b', range)]).to.deep.equal([20_000, 20_001, 20_000]);
    expect(takePort('a', range)).to.equal(20_002);
    expect(() => takePort('a', range)).to.throw(NoPortLeft);
  });
});

describe('the rule to stop by', () => {
  it('is the sign test: 1 … 100 has its median between 40.2 and 59.8, rounded outwards', () => {
    const numbers = Array.from({ length: 100 }, (_, at) => at + 1);
    expect(halfWidth(numbers)).to.equal((61 - 41) / 2);
    expect(middle([3, 1, 2])).to.equal(2);
  });

  it('says nothing of few numbers', () => expect(halfWidth([1, 1, 1])).to.equal(Infinity));
});
