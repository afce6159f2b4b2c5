/** The lab's API server away for a while, and what a run may not say then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { sh } from '../faults/shell.ts';
import type { BorrowedLab, borrowingLab } from './lab.ts';
import { namesOfNamespaces, untilGone } from './namespaces.ts';
import type { SuiteRun } from './run-suite.ts';

const awayMs = 10_000;
/** One request that had to wait, several, or exec streams: on a slow machine, the run may be at its end when the server goes. */
const apiAway = /API server (does not answer|was away)|stream/;

/** Stops it, and starts it again 10 s later. */
export async function apiGoesAway({ lab }: Pick<BorrowedLab, 'lab'>): Promise<void> {
  await sh(lab, 'control', 'flatnet-service stop kube-apiserver');
  await sleep(awayMs);
  await sh(lab, 'control', 'flatnet-service start kube-apiserver');
}

/** Nothing is red, no cause is told, that it was away is, and nothing is left. */
export async function expectNoAlarm(
  { report, stdout, exitCode }: SuiteRun,
  borrowed: ReturnType<typeof borrowingLab>,
): Promise<void> {
  const red = report?.clauses.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  expect(red, stdout).to.deep.equal([]);
  expect(report?.causes).to.deep.equal([]);
  expect(exitCode, stdout).to.be.oneOf([0, 3]);
  expect(report?.verdict).to.equal(exitCode === 0 ? 'conformant' : 'partial');
  expect(report?.notes.join('\n')).to.match(apiAway);
  expect(await untilGone(borrowed.api, report?.namespace ?? ''), stdout).to.equal(true);
  expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(borrowed.earlier);
}
