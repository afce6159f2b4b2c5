import { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { live } from '../../../lib/report/live.ts';
import { wantsColor } from '../../../lib/report/paint.ts';
import { clause, healthy } from './sample-runs.ts';

class Screen extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 60;
  readonly rows: number;
  // As a real terminal: this is where NO_COLOR is looked at.
  readonly getColorDepth = WriteStream.prototype.getColorDepth;

  constructor({ isTTY, rows = 0 }: { isTTY: boolean; rows?: number }) {
    super();
    this.isTTY = isTTY;
    this.rows = rows;
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function watch(isTTY: boolean, env: Record<string, string>): { screen: Screen; shown: ReturnType<typeof live> } {
  const screen = new Screen({ isTTY });
  return { screen, shown: live({ stream: screen as unknown as NodeJS.WriteStream, strict: false, env }) };
}

describe('what a run writes while it goes', () => {
  it('a progress line on a TTY, cleared before every line that stays', () => {
    const { screen, shown } = watch(true, {});
    shown.now('waiting for 9 probes');
    shown.clause(clause());
    shown.close();
    expect(screen.text).to.match(/waiting for 9 probes.*\r\u001b\[2K.*✓.* flat-network/s);
    expect(screen.text.endsWith('\r\u001b[2K')).to.equal(true);
  });

  it('a progress line that is too long is cut, so that it can be cleared', () => {
    const { screen, shown } = watch(true, {});
    shown.now('x'.repeat(200));
    shown.close();
    expect(screen.text).to.include(`${'x'.repeat(58)}…`);
  });

  it('plain lines in a pipe and in CI', () => {
    for (const { screen, shown } of [watch(false, {}), watch(true, { CI: 'true' })]) {
      shown.now('waiting');
      shown.heading(healthy());
      shown.say('reopened a stream');
      for (const result of healthy().clauses) shown.clause(result);
      shown.now('cleaning up');
      shown.end(healthy());
      expect(screen.text).not.to.include('waiting');
      expect(screen.text).not.to.include('\u001b[2K');
      expect(screen.text).to.include('flat-network/pod-to-pod-across-nodes');
      expect(screen.text).to.include('reopened a stream');
      expect(screen.text).to.include('This cluster keeps every promise');
    }
  });

  describe('about kept clauses', () => {
    const ids = ['addressing/one', 'flat-network/a', 'flat-network/b', 'flat-network/c', 'policy/a', 'policy/b'];
    const shownOn = (screen: Screen, over: { details?: boolean } = {}): string[] => {
      const stream = screen as unknown as NodeJS.WriteStream;
      const shown = live({ stream, strict: false, clauses: ids.length, env: { CI: 'true' }, ...over });
      for (const id of ids) shown.clause(clause({ id, verdict: id === 'flat-network/b' ? 'fail' : 'pass' }));
      shown.end({ ...healthy(), clauses: [] });
      return stripVTControlCharacters(screen.text).split('\n\n')[0]!.split('\n');
    };

    it('a line for each folder, where a line for each clause is more than the screen has', () => {
      const lines = shownOn(new Screen({ isTTY: true, rows: 20 }));
      expect(lines).to.have.length(4);
      expect(lines[0]).to.match(/^✓ addressing\/one .* edges$/);
      expect(lines[1]).to.match(/^✗ flat-network\/b /);
      expect(lines[2]).to.match(/^✓ flat-network +2\.5 s {2}2 kept/);
      expect(lines[3]).to.match(/^✓ policy +2\.5 s {2}2 kept/);
    });

    it('a line for each clause on a high screen, in a file, and with details', () => {
      for (const screen of [new Screen({ isTTY: true, rows: 60 }), new Screen({ isTTY: false, rows: 20 })])
        expect(shownOn(screen)).to.have.length(ids.length);
      expect(shownOn(new Screen({ isTTY: true, rows: 20 }), { details: true })).to.have.length(ids.length);
    });
  });

  it('a pipe that nobody reads any more does not end the run', () => {
    const { screen, shown } = watch(false, {});
    expect(() => screen.emit('error', new Error('EPIPE'))).not.to.throw();
    shown.close();
  });

  it('NO_COLOR and FORCE_COLOR have the last word', () => {
    const before = { ...process.env };
    const colored = (env: Record<string, string>, isTTY: boolean): boolean => {
      for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS']) delete process.env[name];
      Object.assign(process.env, env);
      return wantsColor(new Screen({ isTTY }));
    };
    try {
      expect(colored({}, false)).to.equal(false);
      expect(colored({ NO_COLOR: '1' }, true)).to.equal(false);
      expect(colored({ FORCE_COLOR: '1' }, false)).to.equal(true);
    } finally {
      for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS']) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});
