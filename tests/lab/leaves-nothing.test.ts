import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { namespacesFolder } from '../../lab/namespaces-folder.ts';
import { stateFile } from '../../lab/places.ts';
import { outcomeOf } from '../../lab/run.ts';
import { bringUpMs } from '../support/lab.ts';
import { machine, machineWithoutLeftovers, type Machine } from '../support/machine.ts';

const lab = join(import.meta.dirname, '../../lab/main.ts');
// A process that owns a lab, as a test run does, and then does nothing.
const owner = `import { startLab } from ${JSON.stringify(join(import.meta.dirname, '../../lab/index.ts'))}
await startLab({ nodes: 1, proxy: 'iptables', families: ['IPv4'], topology: 'routed', log: () => {} })
console.log('up')
setInterval(() => {}, 60_000)`;
const command = (...args: string[]) => outcomeOf(process.execPath, [lab, ...args]);

describe('a lab leaves nothing behind', function () {
  this.timeout(bringUpMs);
  let found: Machine;

  before('builds once, so that interruptions hit the bring-up', async () => {
    const { exitCode, stderr } = await command('up', '--no-dns', '--nodes', '1');
    expect(exitCode, stderr).to.equal(0);
    await command('down');
    // As on a machine that never had a network namespace: the first of them makes a mount point.
    if ((await readdir(namespacesFolder).catch(() => [])).length === 0) await outcomeOf('umount', [namespacesFolder]);
  });

  beforeEach(async () => {
    found = await machineWithoutLeftovers();
  });

  afterEach(async () => {
    await command('down');
    expect(await machine()).to.deep.equal(found);
  });

  it('after up and down', async () => {
    expect((await command('up', '--nodes', '2', '--dual-stack')).exitCode).to.equal(0);
    expect(await machine(), 'the comparison sees a lab that is up').not.to.deep.equal(found);
    expect((await command('down')).exitCode).to.equal(0);
    expect(await machine()).to.deep.equal(found);
  });

  for (const afterMs of [100, 1_000, 2_000]) {
    it(`after Ctrl-C ${afterMs} ms into the bring-up`, async () => {
      const { starter, line } = start([lab, 'up', '--no-dns', '--nodes', '2']);
      await line('Starting');
      await delay(afterMs);
      starter.kill('SIGINT');
      expect(await exitCodeOf(starter)).to.equal(130);
      expect(await machine()).to.deep.equal(found);
    });

    it(`after kill -9 of the starter ${afterMs} ms into the bring-up, then up and down`, async () => {
      // So many that a limit of the machine is raised for them.
      const { starter, line } = start([lab, 'up', '--no-dns', '--nodes', '6']);
      await line('Starting');
      await delay(afterMs);
      starter.kill('SIGKILL');
      await exitCodeOf(starter);
      const up = await command('up', '--no-dns', '--nodes', '1');
      expect(up.exitCode, up.stderr).to.equal(0);
      expect(up.stderr).to.include('Clearing what an earlier lab left behind');
      expect((await command('down')).exitCode).to.equal(0);
      expect(await machine()).to.deep.equal(found);
    });
  }

  it('after kill -9 of a test run that owned the lab, then down', async () => {
    const { starter, line } = start(['--input-type=module', '--eval', owner]);
    await line('up');
    starter.kill('SIGKILL');
    await exitCodeOf(starter);
    expect((await command('down')).exitCode).to.equal(0);
    expect(await machine()).to.deep.equal(found);
  });

  it('when down comes while a lab is being started', async () => {
    const { starter, line } = start([lab, 'up', '--no-dns', '--nodes', '2']);
    await line('Starting');
    expect((await command('down')).exitCode).to.equal(0);
    expect(await exitCodeOf(starter)).to.equal(130);
    expect(await machine()).to.deep.equal(found);
  });

  it('and a second start says that a lab is up, and leaves it alone', async () => {
    expect((await command('up', '--no-dns', '--nodes', '1')).exitCode).to.equal(0);
    const second = await command('up');
    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.include('npm run lab -- down');
    expect((await command('exec', 'node-1', '--', 'sh', '-c', 'exit 7')).exitCode).to.equal(7);
  });

  it('nor does a start remove a living lab that another version made', async () => {
    expect((await command('up', '--no-dns', '--nodes', '1')).exitCode).to.equal(0);
    const written = JSON.parse(await readFile(stateFile, 'utf8')) as object;

    await writeFile(stateFile, JSON.stringify({ ...written, topology: 'of-tomorrow' }));
    const second = await command('up');
    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.include('A lab of 1 node (of-tomorrow, iptables) is already up.');
    expect((await command('status')).stdout).to.match(/^node-1 .* kubelet up/m);

    await writeFile(stateFile, JSON.stringify({ version: 2 }));
    for (const verb of ['up', 'kubeconfig']) {
      const { exitCode, stderr } = await command(verb);
      expect(exitCode).to.equal(1);
      expect(stderr).to.match(/^Another lab is running on this machine, .*\nRemove it with: npm run lab -- down\n?$/);
    }

    await writeFile(stateFile, JSON.stringify(written));
    expect((await command('exec', 'node-1', '--', 'sh', '-c', 'exit 7')).exitCode).to.equal(7);
    await writeFile(stateFile, '');
    expect((await command('down')).exitCode).to.equal(0);
    expect(await machine()).to.deep.equal(found);
  });
});

// A program whose lines can be waited for.
function start(args: readonly string[]) {
  const starter = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const seen: string[] = [];
  for (const stream of [starter.stdout, starter.stderr])
    createInterface({ input: stream }).on('line', (text) => seen.push(text));
  const line = async (beginning: string) => {
    while (!seen.some((text) => text.startsWith(beginning))) {
      expect(starter.exitCode, seen.join('\n')).to.equal(null);
      await delay(20);
    }
  };
  return { starter, line };
}

async function exitCodeOf(starter: ReturnType<typeof spawn>): Promise<number | null> {
  if (starter.exitCode === null && starter.signalCode === null) await once(starter, 'exit');
  return starter.exitCode;
}
