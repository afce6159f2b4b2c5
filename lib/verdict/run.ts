/**
 * One Run is all that a run of the suite found. Every report is a pure function of it.
 * `report.json` is this object as it stands; `docs/report.schema.json` is made from this schema.
 */
import { z } from 'zod';

export const reportVersion = 'flatnet/v1';

export const level = z.enum(['MUST', 'SHOULD', 'INFO']);
export type Level = z.infer<typeof level>;

const clauseVerdict = z.enum(['pass', 'fail', 'not applicable', 'inconclusive']);
export type ClauseVerdict = z.infer<typeof clauseVerdict>;

const socketAddress = z.object({ address: z.string(), port: z.int() });

const end = z
  .object({
    node: z.string(),
    probe: z.string().describe('pod-a, pod-b, fresh (ordinary pods) or node (host network)'),
    address: z.string().nullable(),
  })
  .describe('One end of an edge');

const edgeProblem = z.enum([
  'source address translated',
  'source port translated',
  'destination address translated',
  'destination port translated',
  'wrong responder',
  'corrupted',
  'loss',
  'refused',
  'reset',
  'timeout',
  'unreachable',
  'inconclusive',
]);
export type EdgeProblem = z.infer<typeof edgeProblem>;

const edge = z.object({
  from: end,
  to: end,
  protocol: z.enum(['TCP', 'UDP']),
  family: z.enum(['IPv4', 'IPv6']),
  port: z.int().describe('The port that was dialled'),
  outcome: z.enum([
    'delivered',
    'refused',
    'reset',
    'timeout',
    'unreachable',
    'wrong responder',
    'corrupted',
    'inconclusive',
  ]),
  problems: z.array(edgeProblem).describe('What contradicts the promise; empty when the edge keeps it'),
  attempts: z.int().describe('Connections tried or datagrams sent'),
  answered: z.int().describe('Whole, correct answers'),
  firstAnswerMs: z.number().nullable(),
  diallerSees: z.object({ local: socketAddress, remote: socketAddress }).nullable(),
  responderSees: z
    .object({ who: z.string().describe('node/pod that answered'), local: socketAddress, peer: socketAddress })
    .nullable(),
  lostLeg: z
    .enum(['request', 'reply', 'both', 'unknown'])
    .nullable()
    .describe('Which way packets were lost, from what the responder received; null when none were'),
  detail: z.string().nullable().describe('One short sentence on what went wrong'),
});
export type Edge = z.infer<typeof edge>;

const clauseResult = z.object({
  id: z.string(),
  level,
  promise: z.string(),
  verdict: clauseVerdict,
  durationMs: z.number(),
  expected: z.string(),
  seen: z.string(),
  exchanged: z.object({
    dials: z.int(),
    edges: z.int().describe('Ordered pairs of different probes, or a probe and itself'),
  }),
  edges: z.array(edge),
  edgesOmitted: z.int().describe('Edges that keep the promise and were left out of `edges` because they are many'),
  evidence: z.array(z.string()).describe('Failing edges folded into sentences, or other facts'),
  likelyCause: z.string().nullable(),
  lookWith: z.string().nullable().describe('The command to look with'),
  reason: z.string().nullable().describe('Why not applicable or inconclusive'),
  data: z.record(z.string(), z.unknown()).describe('What the clause measured, by name'),
});
export type ClauseResult = z.infer<typeof clauseResult>;

const cause = z.object({
  likelyCause: z.string(),
  evidence: z.array(z.string()),
  lookWith: z.string().nullable(),
  clauses: z.array(z.string()).describe('The clauses that fail for it'),
});
export type Cause = z.infer<typeof cause>;

const failure = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string().nullable(),
});

export const runSchema = z.object({
  apiVersion: z.literal(reportVersion),
  verdict: z.enum(['conformant', 'not conformant', 'partial']),
  summary: z.string().describe('The verdict in one sentence'),
  findings: z.array(z.string()).describe('Ids of the SHOULD clauses that failed'),
  strict: z.boolean(),
  exitCode: z.int(),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  phases: z.record(z.string(), z.number()).describe('Where the time went, ms a phase'),
  suite: z.object({ version: z.string(), image: z.string(), command: z.array(z.string()) }),
  cluster: z
    .object({
      target: z.string().describe('"lab" or the kubeconfig and context'),
      server: z.string(),
      version: z.string(),
      nodes: z.array(
        z.object({
          name: z.string(),
          ready: z.boolean(),
          skipped: z.string().nullable(),
          addresses: z.array(z.string()),
          podCIDRs: z.array(z.string()),
          kubeletVersion: z.string(),
          kernel: z.string(),
          os: z.string(),
          arch: z.string(),
          containerRuntime: z.string(),
        }),
      ),
      families: z.array(z.enum(['IPv4', 'IPv6'])),
      podRanges: z.array(z.string()),
      serviceRanges: z.array(z.string()),
      proxyMode: z.record(z.string(), z.string()).describe('By node, as kube-proxy itself says'),
      cni: z.object({ name: z.string(), evidence: z.string() }),
    })
    .nullable(),
  namespace: z.string().nullable(),
  apiRequests: z.object({ total: z.int(), byVerb: z.record(z.string(), z.int()) }),
  clauses: z.array(clauseResult),
  causes: z.array(cause),
  notes: z.array(z.string()).describe('Skipped nodes, reopened streams, leftovers removed'),
  failure: failure.nullable().describe('Why the run could not be done, or was cut short'),
});
export type Run = z.infer<typeof runSchema>;
