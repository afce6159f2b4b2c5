/** What a session is made from, where no cluster is: probes that stand, and nothing that is added later. */
import { noMarks, connectApi, type Deployment, type Probe } from '../../../lib/cluster/index.ts';
import type { makeSession } from '../../../lib/cli/make-session.ts';
import { targetAt } from '../cluster/fake-api.ts';
import { survey } from '../facts/surveys.ts';

type SessionOptions = Parameters<typeof makeSession>[1];

/** These probes; no more come. */
export function deploymentOf(probes: Probe[], more: Partial<Deployment> = {}): Deployment {
  const nothing = { probes: [], missing: [], waitedMs: 1_200 };
  return {
    probes,
    missing: [],
    policies: [],
    timings: { createMs: 0, startMs: 0, connectMs: 0 },
    slowness: { letInMs: 0, writeMs: 0 },
    startFresh: async () => undefined,
    waitFresh: async () => nothing,
    movePod: async () => 'not here',
    addNewcomers: async () => nothing,
    addGuests: async () => nothing,
    endings: async () => [],
    close: () => undefined,
    ...more,
  };
}

/** Nothing is measured, loaded or held, and no API server answers. */
export function plainOptions(run: SessionOptions['run']): SessionOptions {
  return {
    run,
    api: connectApi(targetAt('http://127.0.0.1:1')),
    namespace: 'flatnet-test',
    survey: survey(),
    freshDeadlineMs: 1_000,
    furtherNamespace: async () => 'flatnet-test-guests',
    latency: 'off',
    headroom: false,
    holdMs: 0,
    policies: 'off',
    podsOnly: false,
    marks: noMarks,
    say: () => undefined,
  };
}
