import { cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../message-of.ts';
import type { Run } from '../verdict/run.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';

export interface Report {
  file: string;
  render: (run: Run) => string;
}

/** The reports of every run. */
export const reports: readonly Report[] = [
  { file: 'report.json', render: json },
  { file: 'junit.xml', render: junit },
  { file: 'report.html', render: html },
];

/** Makes a symbolic link at `path`. */
type Link = (target: string, path: string) => Promise<void>;

export interface Written {
  /** Where the reports of this run are; null when not even the directory could be made. */
  directory: string | null;
  files: string[];
  /** What could not be written, one sentence each. */
  problems: string[];
}

/** Writes the reports to `<root>/<UTC time>/` and points `<root>/latest` there. Never throws: what fails is reported, the rest is written. */
export async function writeReports(
  run: Run,
  { root, which = reports, link = symlink }: { root: string; which?: readonly Report[]; link?: Link },
): Promise<Written> {
  const written: Written = { directory: null, files: [], problems: [] };
  let name: string;
  try {
    name = await makeDirectory(root, run.startedAt);
  } catch (error) {
    return { ...written, problems: [`No report could be written to ${root}: ${messageOf(error)}`] };
  }
  const directory = join(root, name);
  written.directory = directory;
  for (const { file, render } of which) {
    try {
      await replaceFile(join(directory, file), render(run));
      written.files.push(join(directory, file));
    } catch (error) {
      written.problems.push(`${file} could not be written: ${messageOf(error)}`);
    }
  }
  try {
    await pointLatest(root, { name, link });
  } catch (error) {
    written.problems.push(`${join(root, 'latest')} could not be updated: ${messageOf(error)}`);
  }
  return written;
}

/** "2026-11-22T16-02-05Z"; a second run of the same second gets "…Z-2". */
async function makeDirectory(root: string, startedAt: string): Promise<string> {
  await mkdir(root, { recursive: true });
  // No colons: Windows and some artefact stores refuse them.
  const time = `${startedAt.slice(0, 19).replaceAll(':', '-')}Z`;
  for (let n = 1; ; n++) {
    const name = n === 1 ? time : `${time}-${n}`;
    try {
      await mkdir(join(root, name));
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || n === 100) throw error;
    }
  }
}

/** A reader sees the old file or the new one, never half of it. */
async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}

async function pointLatest(root: string, { name, link }: { name: string; link: Link }): Promise<void> {
  const latest = join(root, 'latest');
  const next = join(root, `.latest-${process.pid}`);
  try {
    await rm(next, { recursive: true, force: true });
    await link(name, next);
    try {
      await rename(next, latest);
    } catch {
      // A copy of an earlier run is there: a link can't be renamed over a directory.
      await rm(latest, { recursive: true, force: true });
      await rename(next, latest);
    }
  } catch {
    // No symbolic links here (some file systems, Windows without the privilege): copy instead.
    await rm(next, { recursive: true, force: true });
    await cp(join(root, name), next, { recursive: true });
    await rm(latest, { recursive: true, force: true });
    await rename(next, latest);
  }
}
