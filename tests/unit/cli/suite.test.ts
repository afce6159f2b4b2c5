import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadClauses, runClauses } from '../../../lib/cli/suite.ts';
import { clause } from '../../../lib/verdict/clause.ts';
import { createRun } from '../../../lib/verdict/create-run.ts';
import type { Session } from '../../../lib/verdict/session.ts';
import { metadata } from '../verdict/dials.ts';

const ids = (): string[] => {
  const { spec } = JSON.parse(readFileSync(new URL('../../../.mocharc.json', import.meta.url), 'utf8')) as {
    spec: string[];
  };
  return spec.map((file) => file.replace(/^specs\/(.*)\.spec\.ts$/, '$1'));
};

describe('the clauses', () => {
  it('are those of .mocharc.json, in its order, however often they are loaded', async () => {
    for (const clauses of [await loadClauses(), await loadClauses()])
      expect(clauses.map(({ id }) => id)).to.deep.equal(ids());
  });
});

describe('running clauses', () => {
  const steps = (work: (id: string) => Promise<void>) =>
    ['x/one', 'x/two', 'x/three'].map((id) => clause(metadata({ id }), () => work(id)));

  it('is one after the other, whatever becomes of each', async () => {
    const run = createRun();
    run.openSession({} as Session);
    const started: string[] = [];
    const failing = steps(async (id) => {
      throw new Error(id);
    });
    const { signal } = new AbortController();
    await runClauses(failing, { run, signal, onStart: (id) => started.push(id) });
    expect(started).to.deep.equal(['x/one', 'x/two', 'x/three']);
    expect(run.recorded().results.map(({ reason }) => reason)).to.deep.equal(['x/one', 'x/two', 'x/three']);
  });

  it('ends after the clause during which it is interrupted', async () => {
    const run = createRun();
    const controller = new AbortController();
    const { signal } = controller;
    const started: string[] = [];
    await runClauses(
      steps(async () => undefined),
      {
        run,
        signal,
        onStart: (id) => {
          started.push(id);
          if (id === 'x/two') controller.abort();
        },
      },
    );
    expect(started).to.deep.equal(['x/one', 'x/two']);
    expect(run.recorded().results).to.have.length(2);
  });

  it('waits no longer for the clause during which it is interrupted, and says why', async () => {
    const run = createRun();
    run.openSession({} as Session);
    const controller = new AbortController();
    const waiting = steps(async (id) => {
      if (id === 'x/one') return;
      controller.abort(new Error('The run was interrupted by SIGINT.'));
      await new Promise(() => undefined);
    });
    await runClauses(waiting, { run, signal: controller.signal, onStart: () => undefined });
    expect(run.recorded().results.map(({ id, verdict, reason }) => [id, verdict, reason])).to.deep.equal([
      ['x/one', 'inconclusive', 'the clause judged nothing'],
      ['x/two', 'inconclusive', 'The run was interrupted by SIGINT.'],
    ]);
  });
});
