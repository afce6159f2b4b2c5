import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Happening } from '../../../lib/cluster/model.ts';
import { toldTogether, type Note } from '../../../lib/verdict/notes.ts';

const note = (happening: Happening): Note => ({ text: `by itself: ${happening.kind}`, happening });
const why = 'closed with code 1006';
const back = (who: string, afterMs: number): Note => note({ kind: 'stream re-established', who, why, afterMs });

describe('notes', () => {
  it('of a kind are told in one line, where the first of them was', () => {
    const streams = Array.from({ length: 12 }, (_, n) => back(`node-${n + 1}/pod-a`, 12_300 + 18 * n));
    expect(
      toldTogether([{ text: 'before' }, ...streams.slice(0, 5), { text: 'after' }, ...streams.slice(5)]),
    ).to.deep.equal([
      'before',
      '12 exec streams were lost and re-established after 12.3 to 12.5 s (node-1/pod-a, node-2/pod-a, node-3/pod-a and 9 more: closed with code 1006)',
      'after',
    ]);
  });

  it('that stand alone keep their words', () => {
    expect(toldTogether([back('node-1/pod-a', 300), { text: 'else' }])).to.deep.equal([
      'by itself: stream re-established',
      'else',
    ]);
  });

  it('that say the same are counted', () => {
    expect(toldTogether([{ text: 'so' }, { text: 'else' }, { text: 'so' }])).to.deep.equal(['so (2 times)', 'else']);
  });

  it('name several reasons, each stream once', () => {
    const twice = [back('node-1/node', 1000), back('node-1/node', 1000)];
    const other = note({ kind: 'stream re-established', who: 'node-2/node', why: 'gone', afterMs: 1040 });
    expect(toldTogether([...twice, other])).to.deep.equal([
      '3 exec streams were lost and re-established after 1.0 s (node-1/node, node-2/node: closed with code 1006, gone)',
    ]);
  });

  it('of streams that stayed away, of late probes and of the API server have words, too', () => {
    const lost = ['a', 'b'].map((who) => note({ kind: 'stream lost', who, why }));
    const late = [2, 3].map((attempts) =>
      note({ kind: 'answered late', who: `node-${attempts}/pod-a`, why: '403', attempts, attemptsAtMost: 3 }),
    );
    const away = ['GET /a', 'GET /b'].map((doing) =>
      note({ kind: 'API server away', doing, why: 'ECONNREFUSED', waitMs: 30_000 }),
    );
    expect(toldTogether([...lost, ...late, ...away])).to.deep.equal([
      '2 exec streams were lost and not re-established (a, b: closed with code 1006)',
      '2 probes answered at attempt 2 to 3 of 3 (node-2/pod-a, node-3/pod-a: 403)',
      'the API server was away for 2 requests (the first: GET /a: ECONNREFUSED); the run waited up to 30 s for each',
    ]);
  });

  it('of Services whose NodePorts were refused are one line, with the words of the first refusal', () => {
    const refused = ['first', 'second'].map((name) =>
      note({ kind: 'NodePort refused', why: `services "${name}" is forbidden: no NodePorts here` }),
    );
    expect(toldTogether(refused)).to.deep.equal([
      'NodePorts are not tried: the cluster refused those of 2 Services (the first: services "first" is forbidden: no NodePorts here)',
    ]);
  });
});
