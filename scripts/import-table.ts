/** Who may import whom: what `tests/unit/imports.test.ts` enforces, and the table in CONTRIBUTING.md is written from. */

export interface ImportRow {
  /** From the root: a folder ends in a slash, a file does not. Of the rows that fit a file the longest counts. */
  from: string;
  what: string;
  /** Folders and files from the root; `node:` stands for what Node has, `packages` for those of npm. */
  may: readonly string[];
}

/** Plain data about the cluster, and one spelling of an address. */
const model = 'lib/cluster/model.ts';
const addresses = 'lib/cluster/addresses.ts';
/** What the runner and the probes say to each other. */
const conversations = 'lib/conversations/';

/** Promises as values, and what a clause found out beside its dials. */
const expectation = 'lib/verdict/oracle/expectation.ts';
const facts = 'lib/facts/facts.ts';
const measurement = 'lib/verdict/measurement.ts';

const latencyBase = ['node:', model, conversations, facts, 'lib/service-paths/', 'lib/statistics/', 'lib/verdict/'];

const latencyShared = ['columns', 'forms', 'numbers', 'with-control'].map((name) => `lib/latency/${name}.ts`);

/** Every file of the project is in a folder of this table. */
export const importTable: readonly ImportRow[] = [
  {
    from: 'specs/',
    what: 'one clause a file; its path is its id',
    may: ['lib/index.ts'],
  },
  {
    from: 'lib/index.ts',
    what: 'what specs are written with',
    may: ['lib/facts/', 'lib/headroom/', 'lib/latency/', 'lib/mesh/', 'lib/verdict/'],
  },
  {
    from: 'lib/probe/',
    what: 'what runs in the pods, where only `node:` and itself are: of the conversations it imports types',
    may: ['node:', 'lib/probe/', conversations],
  },
  {
    from: conversations,
    what: 'what the runner and the probes say to each other: requests, records and their schemas',
    may: ['packages', conversations],
  },
  {
    from: 'lib/cluster/',
    what: 'the API, the namespace, the probes and their channels; others see `index.ts` and its plain data',
    may: [
      'node:',
      'packages',
      'package.json',
      'lib/cluster/',
      conversations,
      'lib/probe/wire.ts',
      'lib/probe/control/lines.ts',
    ],
  },
  {
    from: 'lib/statistics/',
    what: 'estimates and intervals, of numbers alone',
    may: ['packages', 'lib/statistics/'],
  },
  {
    from: 'lib/mesh/',
    what: 'exchanges: who dials whom',
    may: ['node:', 'packages', 'lib/mesh/', model, conversations, 'lib/statistics/'],
  },
  {
    from: 'lib/policy/',
    what: 'what NetworkPolicies allow, as the API defines it: the truth that dials are compared with',
    may: ['packages', 'lib/policy/'],
  },
  {
    from: 'lib/facts/',
    what: 'what is read off the survey, the probes and the dials; not why it is so',
    may: ['node:', 'packages', 'lib/facts/', model, addresses, conversations, 'lib/mesh/', expectation, measurement],
  },
  {
    from: 'lib/verdict/',
    what: 'clauses and their needs, levels, the oracle; a run while it goes (`create-run.ts`) and as it is reported (`run.ts`)',
    may: [
      'node:',
      'packages',
      'lib/verdict/',
      model,
      addresses,
      conversations,
      'lib/mesh/',
      facts,
      'lib/diagnosis/violations.ts',
    ],
  },
  {
    from: 'lib/diagnosis/',
    what: 'from failing edges and other violations to likely causes: the one home of sentences about causes',
    may: ['lib/diagnosis/', addresses, 'lib/facts/violation.ts', 'lib/verdict/run.ts'],
  },
  {
    from: 'lib/service-paths/',
    what: 'ways to one pod, directly and through Services: what every measurement of a Service needs first',
    may: ['node:', 'lib/service-paths/', model, conversations, 'lib/statistics/', 'lib/verdict/'],
  },
  {
    from: 'lib/latency/',
    what: 'what a Service adds to a round trip; both towers together, and what they share',
    may: [...latencyBase, 'lib/latency/'],
  },
  {
    from: 'lib/latency/closed-loop/',
    what: 'one exchange after the other: what new and established flows cost',
    may: [...latencyBase, 'lib/latency/closed-loop/', ...latencyShared],
  },
  {
    from: 'lib/latency/open-loop/',
    what: 'packets when they are due: jitter, tail and loss',
    may: [...latencyBase, 'lib/latency/open-loop/', ...latencyShared, 'lib/probe/measuring/packet.ts'],
  },
  {
    from: 'lib/headroom/',
    what: 'throughput, packet rates, connections and calls, against what users need',
    may: [...latencyBase, 'lib/headroom/', 'lib/latency/', 'lib/probe/load/bounds.ts'],
  },
  {
    from: 'lib/report/',
    what: 'pure functions from a Run to text',
    may: ['node:', 'packages', 'lib/report/', 'lib/verdict/run.ts', 'lib/verdict/matrix/'],
  },
  {
    from: 'lib/report/schema.ts',
    what: 'the report’s format, for other programs',
    may: ['packages', 'lib/verdict/run.ts'],
  },
  {
    from: 'lib/cli/',
    what: 'options, targets, exit codes; alone loads specs',
    may: [
      'node:',
      'packages',
      'lib/cli/',
      'lib/cluster/index.ts',
      'lib/diagnosis/',
      'lib/headroom/',
      'lib/mesh/',
      conversations,
      'lib/report/',
      'lib/verdict/',
    ],
  },
  {
    from: 'lib/cli/target/lab.ts',
    what: 'the one place of the suite that knows the lab',
    may: ['node:', 'lib/cli/', 'lib/cluster/index.ts', 'lib/report/', 'lab/'],
  },
  {
    from: 'lab/',
    what: 'the embedded cluster; knows nothing of the suite',
    may: ['node:', 'packages', 'lab/'],
  },
  {
    from: 'bench/',
    what: 'benchmarks',
    may: ['node:', 'packages', 'bench/', 'lib/', 'lab/', 'tests/support/'],
  },
  {
    from: 'scripts/',
    what: 'the project’s own tools',
    may: ['node:', 'packages', 'scripts/', 'lib/', 'lab/', 'tests/support/', 'tests/faults/'],
  },
  {
    from: 'tests/',
    what: 'the project’s own tests',
    may: ['node:', 'packages', 'tests/', 'lib/', 'lab/', 'bench/', 'scripts/'],
  },
];

/** Packages that are not for everybody who may import packages: name → for whom. */
export const keptPackages: Record<string, readonly string[]> = {
  '@kubernetes/client-node': ['lib/cluster/', 'lab/', 'tests/'],
  execa: ['lab/', 'scripts/', 'tests/'],
};
