/** Questions to the cluster's DNS, from a pod of each node. */
import { channelMs, type BehindDns, type ClusterDns, type Probe } from '../cluster/model.ts';
import { families, type Family, type Protocol } from '../conversations/basics.ts';
import type { Question, QuestionType, ResolveRecord } from '../conversations/resolve.ts';
import type { Session } from '../verdict/session.ts';
import { reverseName } from './reverse-name.ts';
import { furtherServices, headless, type Needed } from './further/further-services.ts';
import { speaks } from './who-dials.ts';

/** All that one pod asked over one protocol, in one family of the server's addresses. */
export interface AskedDns {
  from: Probe;
  protocol: Protocol;
  server: string;
  port: number;
  answers: Answer[];
}

export interface Answer {
  name: string;
  type: QuestionType;
  /** None: of this type there is none, which the server has to say, by whatever code. Resolvers ask for both types all the same, and wait. */
  expected: readonly string[];
  /** Of these, those of pods that the API calls no longer Ready: they may be missing. Left out: none. */
  unready?: readonly string[];
  /** null: the probe's reply did not arrive whole, or it stood still and heard nothing. */
  record: ResolveRecord | null;
}

export interface AskedOfDns {
  /** "kube-system/kube-dns"; null: there is none, see `without`. */
  server: string | null;
  without: string | null;
  asked: AskedDns[];
  /** What is known of its pods; asked for only where some way was not answered as it should be. */
  behind: BehindDns;
  /** Policies of somebody else that may keep pods from asking, in one sentence; null: there are none, or every way was answered. */
  forbidding: string | null;
}

const types: Record<Family, QuestionType> = { IPv4: 'A', IPv6: 'AAAA' };
const usualDomain = 'cluster.local';
/** As long as resolvers wait, unless they are told otherwise (resolv.conf(5)). */
const answerMs = 5_000;
/** For the domain, which is mostly the usual one: up to four are asked, one after the other. */
const little = { timeoutMs: 1_000, replyMs: 10_000 };
/** Each question at first, and again where one of a pod's was not answered as it should be. */
const tries = { first: 2, again: 10 };

const nobody: BehindDns = { on: [], ports: { UDP: null, TCP: null } };

type NeededForDns = Needed & Pick<Session, 'clusterDns' | 'behindDns' | 'forbiddingDns' | 'readyPods' | 'policies'>;

/** Asks for the API server's Service and for the run's own pods, over UDP and TCP. Throws what `createServices` and `clusterDns` throw. */
export async function askDns(session: NeededForDns): Promise<AskedOfDns> {
  const dns = await session.clusterDns();
  if (typeof dns === 'string') return { server: null, without: dns, asked: [], behind: nobody, forbidding: null };
  const { places } = await furtherServices(session);
  const clients = [...Map.groupBy(session.pods, ({ node }) => node).values()].flatMap((all) => all.slice(0, 1));
  const domain = await domainOf(clients, dns);
  const names = [
    { name: `kubernetes.default.svc.${domain}`, addresses: [dns.kubernetes] },
    {
      name: `${headless}.${session.policies.namespace}.svc.${domain}`,
      addresses: places.named.map(({ addresses }) => addresses),
    },
  ];
  const wanted = names.flatMap(({ name, addresses }) =>
    families.map((family) => ({ name, type: types[family], expected: addresses.flatMap((one) => one[family] ?? []) })),
  );
  const each = await Promise.all(clients.map((from) => askFrom(from, { dns, wanted })));
  const all = each.flat();
  const asked = all.every(({ answers }) => answers.every(isRight))
    ? all
    : withUnready(all, { named: places.named, ready: await session.readyPods() });
  const forbidding = asked.every(isAnsweredAtAll) ? null : await session.forbiddingDns(dns);
  const behind = asked.every(({ answers }) => answers.every(isRight)) ? nobody : await session.behindDns(dns);
  return { server: dns.name, without: null, asked, behind, forbidding };
}

/** A name stands for those pods alone that are Ready: those of a node that goes in mid-run are not. */
function withUnready(
  asked: readonly AskedDns[],
  { named, ready }: { named: readonly Probe[]; ready: ReadonlySet<string> | null },
): AskedDns[] {
  const unready = named
    .filter(({ pod }) => ready?.has(pod) === false)
    .flatMap(({ addresses }) => Object.values(addresses));
  return asked.map((one) => ({ ...one, answers: one.answers.map((answer) => ({ ...answer, unready })) }));
}

function isAnsweredAtAll({ answers }: AskedDns): boolean {
  return answers.some(isAnswered);
}

type Wanted = Pick<Answer, 'name' | 'type' | 'expected'>;

async function askFrom(
  from: Probe,
  { dns, wanted }: { dns: ClusterDns; wanted: readonly Wanted[] },
): Promise<AskedDns[]> {
  const ways = Object.values(dns.addresses).flatMap((server) =>
    (['UDP', 'TCP'] as const).flatMap((protocol) => {
      const port = dns.ports[protocol];
      return port === null || !speaks(from, server) ? [] : [{ server, protocol, port }];
    }),
  );
  return Promise.all(
    ways.map(async (way) => {
      const first = await askOver(from, { ...way, wanted, times: tries.first });
      const more = first.every(isRight) ? [] : await askOver(from, { ...way, wanted, times: tries.again });
      return { from, protocol: way.protocol, server: way.server, port: way.port, answers: [...first, ...more] };
    }),
  );
}

/** Each time over sockets of its own. */
async function askOver(
  from: Probe,
  {
    wanted,
    times,
    ...way
  }: Pick<Question, 'server' | 'protocol' | 'port'> & { wanted: readonly Wanted[]; times: number },
): Promise<Answer[]> {
  const questions = wanted.map(({ name, type }, n): Question => ({ id: String(n), name, type, ...way }));
  const all = await Promise.all(
    Array.from({ length: times }, async () => {
      const records = await ask(from, questions);
      return wanted.map((one, n): Answer => ({ ...one, record: records.get(String(n)) ?? null }));
    }),
  );
  return all.flat();
}

async function ask(
  from: Probe,
  questions: Question[],
  { timeoutMs = answerMs, replyMs = channelMs }: { timeoutMs?: number; replyMs?: number } = {},
): Promise<Map<string, ResolveRecord>> {
  const reply = await from.channel.request(
    { kind: 'resolve', questions, timeoutMs },
    { deadlineMs: timeoutMs + replyMs },
  );
  if (!reply.whole) return new Map();
  // A probe that stood still may have missed the answer.
  const told = reply.stallMs > timeoutMs / 2 ? reply.records.filter(isNotSilence) : reply.records;
  return new Map(told.map((record) => [record.id, record]));
}

function isNotSilence({ outcome }: ResolveRecord): boolean {
  return outcome !== 'timeout';
}

/** Be it wrongly. */
function isAnswered({ record }: Answer): boolean {
  return record?.outcome === 'answered' || record?.outcome === 'malformed';
}

/** It was answered without an error, by the right addresses and no others; or by too few, and says so. */
function isRight({ expected, record }: Pick<Answer, 'expected' | 'record'>): boolean {
  if (expected.length === 0) return record?.outcome === 'answered';
  return (
    record?.outcome === 'answered' &&
    record.code === 0 &&
    (record.truncated ?? new Set(expected).isSubsetOf(new Set(record.found))) &&
    new Set(record.found).isSubsetOf(new Set(expected))
  );
}

/** The cluster's domain, by the name of the API server's Service, which the DNS knows backwards; the usual one where it does not say. */
async function domainOf(clients: readonly Probe[], { addresses, ports, kubernetes }: ClusterDns): Promise<string> {
  const address = kubernetes.IPv4 ?? kubernetes.IPv6;
  if (address === undefined) return usualDomain;
  const name = reverseName(address);
  for (const client of clients.slice(0, 2))
    for (const server of Object.values(addresses)) {
      if (!speaks(client, server)) continue;
      const questions = (['UDP', 'TCP'] as const).flatMap((protocol): Question[] => {
        const port = ports[protocol];
        return port === null ? [] : [{ id: protocol, server, port, protocol, name, type: 'PTR' }];
      });
      const found = [...(await ask(client, questions, little)).values()].flatMap((record) => record.found);
      const domain = found
        .map((one) => /^kubernetes\.default\.svc\.(.+)$/.exec(one)?.[1])
        .find((one) => one !== undefined);
      if (domain !== undefined) return domain;
    }
  return usualDomain;
}
