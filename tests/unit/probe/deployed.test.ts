import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { probeSources } from '../../../lib/cluster/sources.ts';
import type { Line } from '../../../lib/probe/wire.ts';

const sources = join(import.meta.dirname, '../../../lib/probe');

describe('the probe’s sources', function () {
  this.timeout(60_000);

  it('import what Node has, and files beside them', () => {
    for (const name of readdirSync(sources)) {
      const text = readFileSync(join(sources, name), 'utf8');
      for (const [, from = ''] of text.matchAll(/(?:from|import\() ?'([^']+)'/g)) {
        const builtin =
          from.startsWith('node:') && (builtinModules.includes(from) || builtinModules.includes(from.slice(5)));
        expect(builtin || /^\.\/[a-z-]+\.ts$/.test(from), `${name} imports ${from}`).to.equal(true);
      }
    }
  });

  it('fit into a ConfigMap', () => {
    const sizes = readdirSync(sources).map((name) => readFileSync(join(sources, name)).length);
    expect(sizes.reduce((sum, size) => sum + size)).to.be.below(512 * 1024);
  });

  it('run from a mounted ConfigMap, where every file is a link to a link', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flatnet-unit-'));
    mkdirSync(join(folder, '..2026_11_22'));
    for (const [name, text] of Object.entries(probeSources())) writeFileSync(join(folder, '..2026_11_22', name), text);
    writeFileSync(join(folder, '..2026_11_22', 'package.json'), '{"type":"module"}');
    symlinkSync('..2026_11_22', join(folder, '..data'));
    for (const name of readdirSync(join(folder, '..data'))) symlinkSync(join('..data', name), join(folder, name));
    const env = { PATH: '/bin', FLATNET_SOCKET: join(folder, 'socket'), FLATNET_ADDRESSES: '127.0.0.1' };
    const agent = spawn(process.execPath, [join(folder, 'agent.js')], { env, cwd: '/' });
    const bridge = spawn(process.execPath, [join(folder, 'bridge.js')], { env, cwd: '/' });
    const errors: string[] = [];
    for (const one of [agent, bridge]) one.stderr.on('data', (text: Buffer) => errors.push(text.toString()));
    const targets = [{ address: '127.0.0.1', protocols: ['SCTP'] }];
    bridge.stdin.end(`${JSON.stringify({ version: 1, id: '1', kind: 'raw', timeoutMs: 100, targets })}\n`);
    const said = (await bridge.stdout.toArray()).join('');
    agent.kill();
    await once(agent, 'exit');
    rmSync(folder, { recursive: true });
    const lines = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines).to.have.length(2);
    expect(lines[1]).to.have.nested.property('end.error', null);
    expect(errors).to.deep.equal([]);
  });
});
