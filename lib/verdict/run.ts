/**
 * One Run is all that a run of the suite found. Every report is a pure function of it.
 * `report.json` is this object as it stands; `docs/report.schema.json` is made from this schema.
 */
import { z } from 'zod';
import { family, protocol } from '../conversations/basics.ts';
import { dialOutcome } from '../conversations/dial.ts';
import { measurement } from './measurement.ts';

export const reportVersion = 'flatnet/v2';

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

const via = z
  .object({
    service: z.string(),
    kind: z.enum(['ClusterIP', 'NodePort', 'name']),
    node: z.string().nullable().describe('The node whose port was dialled; null for what is no node’s own'),
  })
  .describe('The Service that was dialled; left out: the probe itself was');

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
  'not denied',
  'not refused',
  'slow to connect',
  'too large',
  'fragments lost',
  'forgotten',
  'no first contact',
  'inconclusive',
]);
export type EdgeProblem = z.infer<typeof edgeProblem>;

export type Translation = Extract<EdgeProblem, `${string} translated`>;

/** Whether both ends see another address or port. */
export function isTranslation(problem: EdgeProblem): problem is Translation {
  return problem.endsWith(' translated');
}

const edge = z.object({
  id: z.string().describe('Unique in the run'),
  from: end,
  to: end
    .extend({ via: via.optional() })
    .describe(
      'Where it was dialled to. Through a Service: the pod that answered, or received it; where several may and none is known to have: “any” of “the Service NAME”',
    ),
  protocol,
  family,
  port: z.int().describe('The port that was dialled'),
  size: z
    .object({
      bytes: z.int().describe('Of each datagram, or of the stream in each direction; IP and UDP headers aside'),
      fragmented: z.boolean().describe('Larger than a packet may be'),
      mtu: z.int().nullable().describe('The smaller one of the interfaces at both ends'),
      pathMtu: z.int().nullable().describe('By what the kernels of both ends know of the path'),
      passes: z
        .int()
        .optional()
        .describe('Where it was lost for its size, and that was searched: the most that arrives'),
    })
    .optional()
    .describe('Of a dial that is about size; left out: a few bytes'),
  held: z
    .object({ idleMs: z.number(), endedAfterMs: z.number().nullable().describe('null: nobody told of an end') })
    .optional()
    .describe('Of a dial over a flow that had been open and idle'),
  firstContact: z
    .literal(true)
    .optional()
    .describe('Neither of the two nodes had talked to the other before in this run'),
  outcome: z
    .enum([...dialOutcome.options, 'denied'])
    .describe(
      '“denied”: it got no answer, and was to get none; where an answer was expected the same is “timeout” or “refused”',
    ),
  problems: z.array(edgeProblem).describe('What contradicts the promise; empty when the edge keeps it'),
  attempts: z.int().describe('Connections tried, with SYNs that were sent again, or datagrams sent; in all rounds'),
  answered: z.int().describe('Whole, correct answers, in all rounds'),
  firstAnswerMs: z.number().nullable(),
  diallerSees: z.object({ local: socketAddress, remote: socketAddress }).nullable(),
  responderSees: z
    .object({ who: z.string().describe('node/pod that answered'), local: socketAddress, peer: socketAddress })
    .nullable(),
  lostLeg: z
    .enum(['request', 'reply', 'both', 'unknown'])
    .nullable()
    .describe('Which way packets were lost, from what the responder received; null when none were'),
  rounds: z
    .array(
      z.object({
        outcome: dialOutcome,
        attempts: z.int(),
        answered: z.int(),
        deadFlows: z
          .int()
          .describe(
            'Of several flows, each from a source port of its own, those that got nothing through; 16: or more',
          ),
      }),
    )
    .describe(
      'The first round, then the calm ones in which what failed was asked again: the last decides. What had got no answer at all was asked a little first, and the rest only where some of that was answered',
    ),
  standsWith: z
    .int()
    .describe(
      'It was not asked again itself: so many dials of its path were, and all of them failed; 0: it was, or had not to be',
    ),
  onlyUnderLoad: z
    .boolean()
    .describe('It failed while the suite was sending much, and was answered when it was asked again calmly'),
  responderLateMs: z
    .number()
    .nullable()
    .describe('How late the responding probe itself was as it read what failed first; null when it received nothing'),
  atTheEnd: z
    .object({ afterMs: z.number().describe('Since it failed first'), gone: z.boolean() })
    .nullable()
    .describe(
      'What failed is dialled once more at the end of the run: whether the fault was gone; null when it was not',
    ),
  detail: z.string().nullable().describe('One short sentence on what went wrong'),
  policies: z
    .array(z.string())
    .optional()
    .describe('NetworkPolicies of the run’s own that stood meanwhile; left out: none had been made for it'),
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
    edges: z.int().describe('Ordered pairs of different probes, or a probe and itself; through each Service another'),
  }),
  edges: z
    .array(edge)
    .describe(
      'Its dials, those that fail first. Where they are many: samples, of every pair of nodes as evenly as can be',
    ),
  edgesOmitted: z.int().describe('How many of its dials are not among `edges`; `matrix` counts all of them'),
  evidence: z.array(z.string()).describe('Failing edges folded into sentences, or other facts'),
  likelyCause: z.string().nullable(),
  lookWith: z.string().nullable().describe('The command to look with'),
  reason: z.string().nullable().describe('Why not applicable or inconclusive'),
  measurements: z.array(measurement).describe('What the clause measured'),
});
export type ClauseResult = z.infer<typeof clauseResult>;

const endKind = ['pods', 'nodes'] as const;

const matrix = z
  .object({
    nodes: z.array(z.string()).describe('Rows and columns, in this order'),
    cells: z
      .array(z.partialRecord(z.enum(['kept', ...edgeProblem.options]), z.int()))
      .describe(
        'Every kind of cell: how many dials kept the promise, and how many did not, each by its first problem. The first one is empty: never dialled',
      ),
    rows: z
      .array(z.string())
      .describe(
        'Every kind of row: indexes of `cells`, a column for each node and a last one for dials of which nobody knows where they came to. An index is letters, base 26 from a = 0, the last one small (z = 25, Ba = 26); a number before it: so often. What is left out at the end is a',
      ),
    layers: z.array(
      z.object({
        clause: z.string(),
        protocol,
        family,
        from: z.enum(endKind).describe('Pods, or host-network probes: the nodes themselves'),
        to: z
          .enum([...endKind, ...via.shape.kind.options])
          .describe(
            'Through a Service: how it was called. The column is then the node whose port was dialled (NodePort), or that of the pod that answered or received it',
          ),
        rows: z.array(z.int()).describe('For each node that dials: an index of the `rows` of the matrix'),
      }),
    ),
  })
  .describe('Every dial of every clause, counted by the node that dialled and the node that was dialled');
export type Matrix = z.infer<typeof matrix>;

const cause = z.object({
  likelyCause: z.string(),
  evidence: z.array(z.string()),
  lookWith: z.string().nullable(),
  clauses: z.array(z.string()).describe('The clauses that fail for it'),
});
export type Cause = z.infer<typeof cause>;

const traffic = z
  .object({
    pace: z
      .object({
        first: z.object({ perNode: z.number(), inAll: z.number() }),
        slowest: z.number(),
        fastest: z.object({ perProbe: z.number(), perNode: z.number(), inAll: z.number() }),
        inFlight: z.object({ perProbe: z.number(), perTarget: z.number(), perNode: z.number(), inAll: z.number() }),
        lateMs: z.number(),
        patienceMs: z.number(),
      })
      .describe('Limits: packets a second (slowest and per node: for each node), dials that wait for an answer, ms'),
    reached: z
      .object({
        perSecond: z.number(),
        inFlight: z.number(),
        slowedDown: z.int(),
        lateFrom: z.number().nullable().describe('Packets a second in all when answers first came late'),
      })
      .describe('What was sent at most, and how often less was sent since answers came late'),
    dials: z.int(),
    askedAgain: z.int().describe('Dials that failed at first, wholly or in part'),
    onlyUnderLoad: z.object({
      dials: z.int(),
      where: z.array(z.string()),
      responderLateMs: z.number().nullable().describe('How late the responding probes themselves were, at most'),
    }),
    lags: z
      .array(z.object({ node: z.string(), probe: z.string(), failedMs: z.number(), answeredMs: z.number() }))
      .describe(
        'New pods that did not answer at once: ms after their Ready when they still failed, and when they answered',
      ),
  })
  .describe('How much the suite sent, and what failed for that alone');
export type TrafficReport = z.infer<typeof traffic>;

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
      families: z.array(family),
      podRanges: z.array(z.string()),
      serviceRanges: z.array(z.string()),
      proxyMode: z.record(z.string(), z.string()).describe('By node, as kube-proxy itself says'),
      cni: z.object({ name: z.string(), evidence: z.string() }),
    })
    .nullable(),
  namespace: z.string().nullable(),
  apiRequests: z.object({ total: z.int(), byVerb: z.record(z.string(), z.int()) }),
  traffic: traffic.nullable(),
  clauses: z.array(clauseResult),
  matrix,
  causes: z.array(cause),
  notes: z.array(z.string()).describe('Skipped nodes, reopened streams, leftovers removed'),
  failure: failure.nullable().describe('Why the run could not be done, or was cut short'),
});
export type Run = z.infer<typeof runSchema>;
