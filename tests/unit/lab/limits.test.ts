import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type LimitPlaces, raiseLimits, restoreLimits } from '../../../lab/limits.ts';
import { rejection } from '../cluster/fake-api.ts';

const instances = 'fs/inotify/max_user_instances';
const neighbours = 'net/ipv4/neigh/default/gc_thresh3';

describe('limits of the machine', () => {
  let folder: string;
  let places: LimitPlaces;
  let said: string[];
  const say = (line: string) => void said.push(line);
  const limit = async (name: string) => Number(await readFile(join(places.sysctls, name), 'utf8'));
  const set = (name: string, value: number) => writeFile(join(places.sysctls, name), `${value}\n`);

  beforeEach(async () => {
    said = [];
    folder = await mkdtemp(join(tmpdir(), 'flatnet-test-'));
    places = { sysctls: join(folder, 'sys'), processes: join(folder, 'proc'), notes: join(folder, 'notes') };
    for (const [name, value] of [
      [instances, 128],
      [neighbours, 1024],
    ] as const) {
      await mkdir(dirname(join(places.sysctls, name)), { recursive: true });
      await set(name, value);
    }
    // Three instances are open already.
    for (const [pid, file, target] of [
      ['1', '3', 'anon_inode:inotify'],
      ['1', '4', '/dev/null'],
      ['2', '0', 'anon_inode:inotify'],
      ['2', '9', 'anon_inode:inotify'],
    ] as const) {
      await mkdir(join(places.processes, pid, 'fd'), { recursive: true });
      await symlink(target, join(places.processes, pid, 'fd', file));
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are left alone where they suffice', async () => {
    await raiseLimits(3, say, places);
    expect([await limit(instances), await limit(neighbours)]).to.deep.equal([128, 1024]);
    expect(said).to.deep.equal([]);
    await restoreLimits(places);
    expect([await limit(instances), await limit(neighbours)]).to.deep.equal([128, 1024]);
  });

  it('are raised for many nodes to what they need, and put back', async () => {
    await raiseLimits(20, say, places);
    expect([await limit(instances), await limit(neighbours)]).to.deep.equal([3 + 20 * 24 + 16, 20 * 80]);
    expect(said).to.deep.equal([
      'Raised until the lab is removed: fs.inotify.max_user_instances from 128 to 499, net.ipv4.neigh.default.gc_thresh3 from 1024 to 1600',
    ]);
    await restoreLimits(places);
    expect([await limit(instances), await limit(neighbours)]).to.deep.equal([128, 1024]);
    expect(await readdir(folder)).to.have.members(['proc', 'sys']);
  });

  it('are never lowered, and stay as somebody else set them meanwhile', async () => {
    await set(instances, 8192);
    await raiseLimits(20, say, places);
    expect(await limit(instances)).to.equal(8192);
    await set(neighbours, 4096);
    await restoreLimits(places);
    expect([await limit(instances), await limit(neighbours)]).to.deep.equal([8192, 4096]);
  });

  it('are no reason for a removal to fail when the notes make no sense', async () => {
    for (const text of ['', '{"before":128,"raised":499}']) {
      await writeFile(places.notes, text);
      await restoreLimits(places);
      expect(await readdir(folder)).to.have.members(['proc', 'sys']);
    }
  });

  it('are not raised before what they were is written down', async () => {
    const nowhere = { ...places, notes: join(folder, 'away', 'notes') };
    expect(await rejection(raiseLimits(20, say, nowhere))).to.have.property('code', 'ENOENT');
    expect([await limit(instances), await limit(neighbours)]).to.deep.equal([128, 1024]);
  });

  it('that can’t be changed are an error which says how much is needed', async function () {
    if (process.platform !== 'linux') this.skip();
    // A number that the kernel lets nobody change.
    await rm(join(places.sysctls, instances));
    await symlink('/proc/sys/kernel/cap_last_cap', join(places.sysctls, instances));
    const error = await rejection(raiseLimits(20, say, places));
    expect(error).to.have.property('code', 'LAB_LIMIT_TOO_LOW');
    expect(error)
      .to.have.property('message')
      .that.matches(/^The lab needs fs\.inotify\.max_user_instances of 499; /);
    await restoreLimits(places);
    expect(await limit(neighbours)).to.equal(1024);
  });
});
