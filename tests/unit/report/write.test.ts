import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { reports, writeReports } from '../../../lib/report/write.ts';
import { healthy } from './sample-runs.ts';

describe('writing reports', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'flatnet-reports-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('one directory a run, named by its UTC time, and a link to the latest', async () => {
    const { directory, files, problems } = await writeReports(healthy(), { root });
    expect(problems).to.deep.equal([]);
    expect(directory).to.equal(join(root, '2026-11-22T16-02-05Z'));
    expect(files).to.include(join(directory!, 'report.json'));
    expect(await readdir(directory!)).to.include.members(['junit.xml', 'report.json']);
    expect(await readlink(join(root, 'latest'))).to.equal('2026-11-22T16-02-05Z');
    expect(JSON.parse(await readFile(join(root, 'latest', 'report.json'), 'utf8'))).to.deep.equal(healthy());
  });

  it('a second run of the same second has a directory of its own', async () => {
    await writeReports(healthy(), { root });
    const { directory } = await writeReports(healthy(), { root });
    expect(directory).to.equal(join(root, '2026-11-22T16-02-05Z-2'));
    expect(await readlink(join(root, 'latest'))).to.equal('2026-11-22T16-02-05Z-2');
    expect(await readdir(root)).to.have.length(3);
  });

  it('a broken report does not stop the others', async () => {
    const broken = {
      file: 'broken.txt',
      render: () => {
        throw new Error('no such clause');
      },
    };
    const { files, problems } = await writeReports(healthy(), { root, which: [broken, ...reports] });
    expect(files).to.have.length(reports.length);
    expect(problems).to.deep.equal(['broken.txt could not be written: no such clause']);
  });

  it('takes the place of a directory that stands where the link belongs', async () => {
    await mkdir(join(root, 'latest'));
    await writeFile(join(root, 'latest', 'old.txt'), '');
    expect((await writeReports(healthy(), { root })).problems).to.deep.equal([]);
    expect(await readdir(join(root, 'latest'))).not.to.include('old.txt');
  });

  it('latest is a copy where links can not be made', async () => {
    const link = () => Promise.reject(new Error('EPERM'));
    await writeReports(healthy(), { root });
    expect((await writeReports(healthy(), { root, link })).problems).to.deep.equal([]);
    expect((await lstat(join(root, 'latest'))).isDirectory()).to.equal(true);
    expect(await readdir(join(root, 'latest'))).to.include('report.json');
    expect((await writeReports(healthy(), { root })).problems).to.deep.equal([]);
    expect((await lstat(join(root, 'latest'))).isSymbolicLink()).to.equal(true);
  });

  it('says that nothing can be written, and does not throw', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const { directory, problems } = await writeReports(healthy(), { root: file });
    expect(directory).to.equal(null);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include(file);
  });
});
