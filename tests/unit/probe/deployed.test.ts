import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'mocha';
import { probeDaemonSet, sourcesConfigMap } from '../../../lib/cluster/probes/manifests.ts';
import { probeSources } from '../../../lib/cluster/probes/sources.ts';
import type { Line } from '../../../lib/conversations/lines.ts';

const sources = join(import.meta.dirname, '../../../lib/probe');
const files = globSync('**/*.ts', { cwd: sources });

/** What the kubelet writes for the volume of the sources: path → text. */
function mountedFiles(): [path: string, text: string][] {
  const { data = {} } = sourcesConfigMap(probeSources());
  const options = { image: 'image', hostPort: 0, hasPullSecret: false, hostIPsField: 'status.hostIPs' as const };
  const { spec } = probeDaemonSet('pod-a', { ...options, sourcePaths: Object.keys(probeSources()) });
  const items = spec?.template.spec?.volumes?.find(({ name }) => name === 'sources')?.configMap?.items ?? [];
  return items.map(({ key, path }) => [path, data[key]!]);
}

describe('the probe’s sources', function () {
  this.timeout(60_000);

  it('import what Node has, and one another', () => {
    const scripts = probeSources();
    for (const [name, text] of Object.entries(scripts)) {
      for (const [, from = ''] of text.matchAll(/(?:from|import\() ?'([^']+)'/g)) {
        const builtin =
          from.startsWith('node:') && (builtinModules.includes(from) || builtinModules.includes(from.slice(5)));
        const beside = from.startsWith('.') && join(dirname(name), from) in scripts;
        expect(builtin || beside, `${name} imports ${from}`).to.equal(true);
      }
    }
  });

  it('fit into a ConfigMap', () => {
    const sizes = files.map((name) => readFileSync(join(sources, name)).length);
    expect(sizes.reduce((sum, size) => sum + size)).to.be.below(512 * 1024);
  });

  it('are all mounted, each at its path and under a key that a ConfigMap takes', () => {
    const { data = {} } = sourcesConfigMap(probeSources());
    const scripts = files.map((name) => name.replace(/\.ts$/, '.js'));
    expect(mountedFiles().map(([path]) => path)).to.have.members([...scripts, 'package.json']);
    expect(Object.fromEntries(mountedFiles())).to.deep.equal(probeSources());
    for (const key of Object.keys(data)) expect(key).to.match(/^[\w-][\w.-]{0,252}$/);
  });

  it('import no file that is not mounted', () => {
    const mounted = probeSources();
    for (const [path, text] of Object.entries(mounted))
      for (const [, from = ''] of text.matchAll(/(?:from|import\(|new URL\() ?'(\.[^']+)'/g))
        expect(mounted, `${path} imports ${from}`).to.have.property(join(dirname(path), from));
  });

  it('run from a mounted ConfigMap, where every file is a link to a link', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flatnet-unit-'));
    mkdirSync(join(folder, '..2026_11_22'));
    for (const [path, text] of mountedFiles()) {
      mkdirSync(dirname(join(folder, '..2026_11_22', path)), { recursive: true });
      writeFileSync(join(folder, '..2026_11_22', path), text);
    }
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
