/**
 * One Run is all that a run of the suite found. Every report is a pure function of it.
 * `report.json` is this object as it stands; `docs/report.schema.json` is made from this schema.
 */
import { z } from 'zod';
import { family, protocol } from '../conversations/basics.ts';
import { cutOff, dialOutcome } from '../conversations/dial.ts';
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
    probe: z
      .string()
      .describe(
        'pod-a, pod-b, fresh, newcomer, guest (ordinary pods, the last of another namespace) or node (host network)',
      ),
    address: z.string().nullable(),
  })
  .describe('One end of an edge');

const via = z
  .object({
    service: z.string(),
    kind: z.enum(['ClusterIP', 'NodePort', 'name']),
    node: z.string().nullable().describe('The node whose port was dialled (NodePort); null otherwise'),
    policy: z
      .literal('Local')
      .optional()
      .describe('Its traffic policy for such dials is Local: pods of one node only may answer'),
  })
  .describe('The Service that was dialled; absent when the probe itself was');

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
  'too small',
  'length lost',
  'fragments lost',
  'forgotten',
  'cut off',
  'not closed',
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
      'What was dialled. Through a Service: the pod that answered or received the dial; when several could have and it is not known which: probe “any” of node “the Service NAME”',
    ),
  protocol,
  family,
  port: z.int().describe('The port that was dialled'),
  size: z
    .object({
      bytes: z.int().describe('Size of each datagram, or of the stream in each direction, without IP and UDP headers'),
      fragmented: z.boolean().describe('Larger than one packet can be, so that it is sent in fragments'),
      small: z.literal(true).optional().describe('Fewer than any other dial sends, of the question alone'),
      answerBytes: z
        .int()
        .optional()
        .describe('Size of each answer, where it is smaller: its sender could not send as much in one packet'),
      mtu: z.int().nullable().describe('The MTU of the interface of whoever dialled'),
      otherMtu: z.int().nullable().optional().describe('The MTU of the interface of whoever answers'),
      pathMtu: z.int().nullable().describe('The path MTU that the kernel of whoever dialled knows'),
      alone: z
        .object({ least: z.int(), most: z.int() })
        .optional()
        .describe(
          'Of a length that nothing of a flow of all lengths came through with, nor when it was asked again: the shortest and the longest of its neighbours of which that is so',
        ),
      passes: z
        .int()
        .optional()
        .describe(
          'When it was lost because of its size and the limit was searched for: the largest size that arrives, or of small ones the smallest; 0: none does',
        ),
    })
    .optional()
    .describe('Present on dials about size; all others carry a few bytes'),
  lengths: z
    .object({
      least: z.int(),
      most: z.int(),
      answerBytes: z.int().optional().describe('The most that an answer has, where that is less'),
    })
    .optional()
    .describe('Its datagrams have all lengths from the least to the most bytes, evenly spread'),
  held: z
    .object({
      idleMs: z.number(),
      endedAfterMs: z.number().nullable().describe('null: no end was seen'),
      heard: z.boolean().optional().describe('Present where the responder spoke first over it: whether that arrived'),
    })
    .optional()
    .describe('Present on dials over a flow that had been open and idle'),
  sourcePortChosen: z
    .literal(true)
    .optional()
    .describe("The dialler's port was chosen for this dial: the kernel would have taken another"),
  closes: z
    .literal(true)
    .optional()
    .describe('Its end was waited for, too: that of the dialler, and then that of the responder'),
  lasting: z.literal(true).optional().describe('One flow of many datagrams'),
  firstContact: z
    .literal(true)
    .optional()
    .describe('Made before the two nodes had exchanged anything else in this run'),
  recheck: z
    .literal(true)
    .optional()
    .describe('Made later in the run, because a dial through a Service that takes this way had failed'),
  dialledMs: z.int().optional().describe('When it was first dialled, ms after the beginning of the run'),
  outcome: z
    .enum([...dialOutcome.options, 'denied'])
    .describe(
      '“denied”: no answer came, as expected; where an answer was expected, the same is “timeout” or “refused”',
    ),
  problems: z.array(edgeProblem).describe('How the promise is broken; empty when it is kept'),
  attempts: z.int().describe('Connections tried and SYNs retransmitted, or datagrams sent; in all rounds'),
  answered: z.int().describe('Complete, correct answers; in all rounds'),
  firstAnswerMs: z.number().nullable(),
  diallerSees: z.object({ local: socketAddress, remote: socketAddress }).nullable(),
  responderSees: z
    .object({ who: z.string().describe('node/pod that answered'), local: socketAddress, peer: socketAddress })
    .nullable(),
  lostLeg: z
    .enum(['request', 'reply', 'both', 'unknown'])
    .nullable()
    .describe('Which way packets were lost, judging from what the responder received; null when none were'),
  rounds: z
    .array(
      z.object({
        outcome: dialOutcome,
        attempts: z.int(),
        answered: z.int(),
        deadFlows: z
          .int()
          .describe(
            'Of several flows, each from its own source port, how many got nothing through; 16 means 16 or more',
          ),
        cutOff: cutOff
          .optional()
          .describe(
            'Flows of which the first datagrams were answered and, from one on, none: how many, after how many datagrams (the fewest and the most), and how many datagrams they lost. Absent: no flow was',
          ),
      }),
    )
    .describe(
      'The first round, then the calm rounds in which a failed dial was repeated; the last one decides. A dial without any answer is repeated with a few flows first, and with all of them only if some of those were answered',
    ),
  standsWith: z
    .int()
    .describe(
      'Not repeated itself, because this many dials of the same path were repeated and all of them failed, or half of many; 0: it was repeated, or did not need to be',
    ),
  onlyUnderLoad: z
    .boolean()
    .describe('It failed while the suite was sending at a high rate, and succeeded in the calm round'),
  responderLateMs: z
    .number()
    .nullable()
    .describe(
      'How late the responding probe itself was in reading the dial that failed first, ms; null when it received nothing',
    ),
  atTheEnd: z
    .object({ afterMs: z.number().describe('Milliseconds since it first failed'), gone: z.boolean() })
    .nullable()
    .describe(
      'Failed dials are repeated once more at the end of the run: whether the fault was gone by then; null when it was not repeated',
    ),
  detail: z.string().nullable().describe('One short sentence on what went wrong'),
  policies: z
    .array(z.string())
    .optional()
    .describe('The run’s own NetworkPolicies in place at the time; absent on dials made without any'),
});
export type Edge = z.infer<typeof edge>;

const unansweredWay = z.object({
  from: end.pick({ node: true, probe: true }),
  protocol,
  family,
  port: z.int().describe('The port that was asked'),
  isSilent: z.boolean().describe('Nothing at all was answered'),
  to: z
    .array(z.string().nullable())
    .describe('The nodes of the pods behind the Service; empty: not known. null: on none of the nodes that are known'),
  areNodes: z
    .literal(true)
    .exactOptional()
    .describe('What is behind the Service are the nodes themselves, and no pods'),
  portBehind: z.int().exactOptional().describe('Where that is another one, the port of what is behind the Service'),
  isDirect: z.literal(true).exactOptional().describe('What is behind the Service was reached by its own address'),
  isOutdated: z
    .literal(true)
    .exactOptional()
    .describe('It was answered, by a DNS server that does not know what is new'),
});

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
    edges: z.int().describe('Ordered pairs of probes that were dialled; each Service on the way counts as another'),
  }),
  edges: z
    .array(edge)
    .describe(
      'Its dials, failing ones first. When there are many: a sample spread as evenly as possible over the pairs of nodes',
    ),
  edgesOmitted: z.int().describe('How many dials are not listed in `edges`; `matrix` counts all of them'),
  unanswered: z
    .array(unansweredWay)
    .optional()
    .describe(
      'Ways to a Service on which questions got no answer; present on the clauses about the cluster’s DNS, the API server, and changes of a Service’s pods, alone',
    ),
  evidence: z.array(z.string()).describe('Failing edges folded into sentences, or other facts'),
  likelyCause: z.string().nullable(),
  lookWith: z.string().nullable().describe('The command to look with'),
  reason: z.string().nullable().describe('Why it is not applicable or inconclusive'),
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
        'Each distinct cell: how many dials kept the promise, and how many broke it, by their first problem. The first cell is empty: never dialled',
      ),
    rows: z
      .array(z.string())
      .describe(
        'Every kind of row: indexes of `cells`, a column for each node, and a last one for dials whose destination is not known. An index is letters, base 26 from a = 0, the last one small (z = 25, Ba = 26); a number before it: so often. What is left out at the end is a',
      ),
    layers: z.array(
      z.object({
        clause: z.string(),
        protocol,
        family,
        from: z.enum(endKind).describe('Pods, or the nodes themselves (host-network probes)'),
        to: z
          .enum([...endKind, ...via.shape.kind.options])
          .describe(
            'Through a Service: by which kind of address. The column is then the node whose port was dialled (NodePort), or the node of the pod that answered or received the dial',
          ),
        rows: z.array(z.int()).describe('For each dialling node: an index into the matrix’s `rows`'),
      }),
    ),
  })
  .describe('Every dial of every clause, counted by dialling node and dialled node');
export type Matrix = z.infer<typeof matrix>;

const cause = z.object({
  likelyCause: z.string(),
  evidence: z.array(z.string()),
  lookWith: z.string().nullable(),
  clauses: z.array(z.string()).describe('The clauses that fail because of it'),
});
export type Cause = z.infer<typeof cause>;

const proportion = z.object({ hits: z.int().describe('Failed at first'), trials: z.int() });

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
        unexpectedMs: z.number(),
        crowded: z.object({ share: z.number(), answers: z.number(), withinMs: z.number(), perNode: z.number() }),
      })
      .describe(
        'Limits. Rates (`first`, `slowest`, `fastest`) in packets per second, the slowest for each node; `inFlight` in dials awaiting an answer, each for `patienceMs` at most, or `unexpectedMs` where none is expected; `crowded`: while more than this share of the last answers wait longer than `patienceMs`, and `answers` did in all, no more dials await one than are answered `withinMs`, but so many per node; times in ms',
      ),
    reached: z
      .object({
        perSecond: z.number(),
        inFlight: z.number(),
        slowedDown: z.int(),
        lateFrom: z.number().nullable().describe('Total packets per second when answers first came late'),
        overdue: z.int().describe('Answers that took more than `patienceMs` longer than their path allows'),
      })
      .describe('The highest rates reached, and how often the rate was reduced because answers came late'),
    dials: z.int(),
    askedAgain: z.int().describe('Dials that failed at first, completely or in part'),
    streamBytes: z.int().describe('What their streams carry, both ways, bytes; each is counted as a whole one'),
    onlyUnderLoad: z.object({
      dials: z.int(),
      where: z.array(z.string()),
      responderLateMs: z.number().nullable().describe('The most that the responding probes themselves were late'),
      inCommon: z
        .object({
          nodes: z.array(z.string()).describe('One node; two where they are between these'),
          dials: z.int().describe('How many of them'),
          fromMs: z.number().describe('When nearly all of these were dialled, since the run began'),
          toMs: z.number(),
          there: proportion.describe('Of all dials of that time from and to the first of these nodes'),
          elsewhere: proportion.describe('Of all other dials of that time'),
        })
        .nullable()
        .describe(
          'What many of them have in common, and hardly any other failing dial of that time: null where there is nothing',
        ),
    }),
    refusedOnce: z
      .object({ dials: z.int(), where: z.array(z.string()) })
      .describe('Dials that were refused or reset at first, and never when they were asked again'),
    portsChangedOnce: z
      .object({ dials: z.int(), where: z.array(z.string()) })
      .describe('Dials whose source port was changed on the way once, and from other ports never'),
    onePortDead: z
      .object({ dials: z.int(), where: z.array(z.string()) })
      .describe('Dials whose own source port got nothing through, twice, while all from other ports were answered'),
    lags: z
      .array(z.object({ node: z.string(), probe: z.string(), failedMs: z.number(), answeredMs: z.number() }))
      .describe(
        'New pods that did not answer at once: when they still failed, and when they first answered, in ms after they became Ready',
      ),
  })
  .describe('How much the suite sent, and what failed only because of that');
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
  findings: z
    .array(z.string())
    .describe('Ids of the SHOULD clauses that failed, and of the INFO clauses that saw something to act on'),
  strict: z.boolean(),
  exitCode: z.int(),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  phases: z.record(z.string(), z.number()).describe('Where the time went, ms per phase'),
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
      proxyMode: z.record(z.string(), z.string()).describe('By node, as kube-proxy itself reports'),
      cni: z.object({
        name: z.string().describe('Who gives pods their addresses and routes'),
        evidence: z.string(),
        policies: z
          .object({ name: z.string(), evidence: z.string() })
          .exactOptional()
          .describe('Who enforces NetworkPolicies, where it is another'),
        beside: z.array(z.string()).exactOptional().describe('Plugins that call others, or add interfaces'),
      }),
    })
    .nullable(),
  namespace: z.string().nullable(),
  apiRequests: z.object({ total: z.int(), byVerb: z.record(z.string(), z.int()) }),
  traffic: traffic.nullable(),
  clauses: z.array(clauseResult),
  matrix,
  causes: z.array(cause),
  notes: z.array(z.string()).describe('Skipped nodes, reopened streams, leftovers removed'),
  failure: failure.nullable().describe('Why the run could not be completed'),
});
export type Run = z.infer<typeof runSchema>;
