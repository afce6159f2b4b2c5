/** Who may import whom: enforced by `tests/unit/imports.test.ts`; the table in CONTRIBUTING.md is generated from it. */

export interface ImportRow {
  /** From the root: a folder ends in a slash, a file does not. Of the rows that match a file the longest counts. */
  from: string;
  what: string;
  /** Folders and files from the root; `node:` stands for Node's modules, `packages` for npm's. */
  may: readonly string[];
}

/** Plain data about the cluster, and one spelling of an address. */
const model = 'lib/cluster/model.ts';
const addresses = 'lib/cluster/addresses.ts';
/** What an error says. */
const messageOf = 'lib/message-of.ts';
/** What the runner and the probes say to each other. */
const conversations = 'lib/conversations/';
/** What kernels said of what failed: plain data. */
const evidence = 'lib/evidence/node-evidence.ts';

/** Promises as values, and what a clause observed apart from its dials. */
const expectation = 'lib/verdict/oracle/expectation.ts';
const facts = 'lib/facts/facts.ts';
const measurement = 'lib/verdict/measurement.ts';

const latencyBase = [
  'node:',
  model,
  messageOf,
  conversations,
  facts,
  'lib/service-paths/',
  'lib/statistics/',
  'lib/verdict/',
];

const latencyShared = ['columns', 'forms', 'numbers', 'with-control'].map((name) => `lib/latency/${name}.ts`);

/** Every file of the project is in a folder of this table. */
export const importTable: readonly ImportRow[] = [
  {
    from: 'specs/',
    what: 'one clause per file; its path is its id',
    may: ['lib/index.ts'],
  },
  {
    from: 'lib/index.ts',
    what: 'the API that specs are written with',
    may: [
      'lib/enforcement/',
      'lib/facts/',
      'lib/headroom/',
      'lib/latency/',
      'lib/mesh/',
      'lib/verdict/',
      'lib/service-paths/',
    ],
  },
  {
    from: messageOf,
    what: 'what an error says, for all who report one; the probes have their own',
    may: [],
  },
  {
    from: 'lib/probe/',
    what: 'what runs in the pods, where only `node:` and this folder exist: it imports only types of the conversations',
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
      messageOf,
      conversations,
      'lib/probe/wire.ts',
      'lib/probe/control/lines.ts',
      'lib/policy/objects.ts',
    ],
  },
  {
    from: 'lib/statistics/',
    what: 'estimates and intervals; knows nothing but numbers',
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
    from: 'lib/enforcement/',
    what: 'NetworkPolicies made one after the other, and what becomes of dials under each',
    may: [
      'node:',
      'lib/enforcement/',
      'lib/policy/',
      model,
      messageOf,
      conversations,
      facts,
      'lib/facts/violation.ts',
      'lib/mesh/',
      'lib/service-paths/own-services.ts',
      'lib/verdict/',
    ],
  },
  {
    from: 'lib/facts/',
    what: 'what the survey, the probes and the dials show; no causes',
    may: ['node:', 'packages', 'lib/facts/', model, addresses, conversations, 'lib/mesh/', expectation, measurement],
  },
  {
    from: 'lib/verdict/',
    what: 'clauses and their needs, levels, the oracle; a run in progress (`create-run.ts`) and as it is reported (`run.ts`)',
    may: [
      'node:',
      'packages',
      'lib/verdict/',
      model,
      addresses,
      messageOf,
      conversations,
      evidence,
      'lib/mesh/',
      facts,
      'lib/diagnosis/violations.ts',
      'lib/policy/objects.ts',
    ],
  },
  {
    from: 'lib/diagnosis/',
    what: 'from failing edges and other violations to likely causes: the only place for sentences about causes',
    may: ['lib/diagnosis/', addresses, evidence, 'lib/facts/violation.ts', 'lib/statistics/', 'lib/verdict/run.ts'],
  },
  {
    from: 'lib/evidence/',
    what: 'what is asked once something has failed: the kernels of the nodes concerned; no causes',
    may: ['lib/evidence/', model, conversations, 'lib/mesh/'],
  },
  {
    from: 'lib/service-paths/',
    what: 'paths to pods, directly and through Services: what every clause about a Service needs first',
    may: [
      'node:',
      'lib/service-paths/',
      model,
      addresses,
      conversations,
      'lib/mesh/',
      'lib/statistics/',
      'lib/verdict/',
    ],
  },
  {
    from: 'lib/latency/',
    what: 'what a Service adds to a round trip; both loops together, and what they share',
    may: [...latencyBase, 'lib/latency/'],
  },
  {
    from: 'lib/latency/closed-loop/',
    what: 'one exchange after the other: the cost of new and established flows',
    may: [...latencyBase, 'lib/latency/closed-loop/', ...latencyShared],
  },
  {
    from: 'lib/latency/open-loop/',
    what: 'packets sent when they are due: jitter, tail and loss',
    may: [...latencyBase, 'lib/latency/open-loop/', ...latencyShared, 'lib/probe/measuring/packet.ts'],
  },
  {
    from: 'lib/headroom/',
    what: 'throughput, packet rates, connections and calls, compared with what users need',
    may: [...latencyBase, 'lib/headroom/', 'lib/latency/', 'lib/probe/load/bounds.ts'],
  },
  {
    from: 'lib/report/',
    what: 'pure functions from a Run to text',
    may: ['node:', 'packages', 'lib/report/', messageOf, 'lib/verdict/run.ts', 'lib/verdict/matrix/'],
  },
  {
    from: 'lib/report/schema.ts',
    what: 'the report’s format, for other programs',
    may: ['packages', 'lib/verdict/run.ts'],
  },
  {
    from: 'lib/cli/',
    what: 'options, targets, exit codes; the only one to load specs',
    may: [
      'node:',
      'packages',
      'lib/cli/',
      'lib/cluster/index.ts',
      'lib/diagnosis/',
      'lib/evidence/',
      'lib/headroom/',
      'lib/mesh/',
      conversations,
      'lib/report/',
      'lib/service-paths/',
      'lib/verdict/',
    ],
  },
  {
    from: 'lib/cli/target/lab.ts',
    what: 'the only part of the suite that knows the lab',
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

/** Packages that only some of those who may import packages may use: name → who. */
export const keptPackages: Record<string, readonly string[]> = {
  '@kubernetes/client-node': ['lib/cluster/', 'lab/', 'tests/'],
  execa: ['lab/', 'scripts/', 'tests/'],
};
