import { array, assert, integer, property, stringMatching } from 'fast-check';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { wrap } from '../../../lib/report/text.ts';

describe('wrap', () => {
  it('keeps every word, in its order, and lines within the width where no word is longer', () => {
    assert(
      property(array(stringMatching(/^[!-~]{1,30}$/)), integer({ min: 22, max: 120 }), (words, width) => {
        const text = words.join(' ');
        const lines = wrap(text, { width, indent: '  ' }).split('\n');
        expect(lines.map((line) => line.trim()).join(' ')).to.equal(text);
        expect(lines.slice(1).every((line) => line.startsWith('  '))).to.equal(true);
        for (const line of lines) expect(line.length <= width || !line.trim().includes(' '), line).to.equal(true);
        for (const [n, line] of lines.slice(0, -1).entries()) {
          const [next = ''] = lines[n + 1]!.trim().split(' ');
          expect(line.trim().length + 1 + next.length, 'no line ends before it must').to.be.above(width - 2);
        }
      }),
    );
  });

  it('leaves one line where there is no width, and counts the columns of wide characters', () => {
    expect(wrap('a b', { width: null, indent: '  ' })).to.equal('a b');
    expect(wrap('网络网络网络 网络网络网络', { width: 20, indent: '' })).to.equal('网络网络网络\n网络网络网络');
  });
});
