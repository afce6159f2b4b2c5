import type { Edge } from '../verdict/run.ts';
import type { Fold } from './folding/explained.ts';
import { probeName } from './folding/pattern.ts';
import { isRefusedAtTimes } from './folding/refused.ts';
import { describePattern, describePatterns } from './words/pattern.ts';
import { fromWhichSize } from './words/sizes.ts';
import { nodesOf, onNode, type LikelyCause } from './guesses/look-with.ts';

const rules = 'nft list ruleset | grep -i service; iptables -t nat -S KUBE-SERVICES; conntrack -S';

/**
 * The likeliest cause of a fold of traffic through Services: what stands in for their pods comes before the path to them. `sound`: dials that arrived, rechecks among them. null for
 * other traffic, and for what happens to packets on a path whoever sends them there: loss, damage, fragments that are lost.
 */
export function guessAtService(fold: Fold, sound: readonly Edge[]): LikelyCause | null {
  // What is answered at times has rules.
  if (fold.pattern.via === null || isRefusedAtTimes(fold)) return null;
  const translator = soleTranslator(fold);
  const certain = fold.symptom === 'lost' || fold.symptom === 'refused' ? onCertainPorts(fold, sound) : null;
  if (certain !== null) return certain;
  const { from, to } = nodesOf(fold);
  const what = `${describePattern(fold.pattern)} (${servicesOf(fold)})`;
  switch (fold.symptom) {
    case 'lossy':
    case 'slow':
    case 'damaged':
    case 'fragments lost':
    case 'too small':
    case 'length lost':
    case 'not closed':
    case 'forgotten':
    case 'cut off':
    case 'responder forgotten':
    case 'not met':
      return null;
    case 'too large':
      return {
        likelyCause: `${describePatterns(fold)} (${servicesOf(fold)}) ${fold.also === undefined ? 'is' : 'are'} lost ${fromWhichSize(fold.edges)}, without an ICMP message that says so: a packet filter drops large packets that were translated for Services, or what stands in for kube-proxy makes them larger (a tunnel, direct server return)${passAtPods(fold, sound) ? '' : "; unless as large ones are lost at the pods' own addresses, too"}`,
        lookWith: onNode(from, `${rules}; ip link`),
      };
    case 'source translated':
    case 'port translated':
      return {
        likelyCause: `kube-proxy, or what stands in for it, translates the source of ${what}: masqueradeAll, a clusterCIDR without the pods, or externalTrafficPolicy Cluster`,
        lookWith: onNode(from, 'nft list ruleset | grep -i masquerade; iptables -t nat -S | grep -i masq'),
      };
    case 'destination translated':
      return {
        likelyCause: `stale rules of a Service, or those of another one: ${what} is answered by ${fold.edges[0]?.responderSees?.who ?? 'somebody else'}`,
        lookWith: onNode(from, rules),
      };
    case 'let through':
      return {
        likelyCause: `rules or tracked connections to pods that must not answer (they are gone, or on another node than a traffic policy of Local asks for): somebody answers ${what}`,
        lookWith: onNode(from, `${rules}; conntrack -L`),
      };
    case 'lost':
    case 'refused':
      if (isToHostNetwork(fold)) return notTakenIn(fold);
      if (isHairpin(fold))
        return {
          likelyCause: `nothing comes back to the pod that sent it, ${what}: the bridge or the pod's port on it is not in hairpin mode, or kube-proxy's masquerade of such packets is missing`,
          lookWith: onNode(
            from,
            'bridge -d link | grep -B1 hairpin; iptables -t nat -S KUBE-POSTROUTING; nft list ruleset | grep -i masquerade',
          ),
        };
      if (translator !== null && fold.pattern.way === 'answers') return notTranslatedBack(fold, translator);
      if (fold.pattern.via === 'any')
        return {
          likelyCause: `kube-proxy, or what stands in for it, on ${translator ?? from} has no working rules for ${what}; or what it has translated, or the answers to that, is dropped there or passes by connection tracking; unless the same pods can't be reached at their own addresses either`,
          lookWith: onNode(translator ?? from, `${rules}; nft list ruleset | grep -i drop`),
        };
      if (fold.pattern.via === 'NodePort')
        return {
          likelyCause: `kube-proxy, or what stands in for it, serves no NodePorts there, or a packet filter in front of the nodes drops them (30000-32767 unless configured otherwise): ${what}`,
          lookWith: onNode(to, `${rules}; nft list ruleset | grep -i nodeport`),
        };
      return {
        likelyCause: `kube-proxy, or what stands in for it, has no working rules for ${what}, or answers bypass it (bridge-nf-call-iptables is off); unless the same pods can't be reached at their own addresses either`,
        lookWith: onNode(from, `${rules}; sysctl net.bridge.bridge-nf-call-iptables`),
      };
  }
}

/** Some ports of a Service with several, where the same clients are answered at its other ones: who sees only those can't be a rule for the Service. */
function onCertainPorts({ edges, symptom }: Fold, sound: readonly Edge[]): LikelyCause | null {
  const services = new Set(edges.map(({ to }) => (to.via?.kind === 'ClusterIP' ? to.via.service : null)));
  const [service] = services;
  // What is answered at times has rules.
  if (services.size > 1 || service === undefined || service === null || edges.some((edge) => edge.answered > 0))
    return null;
  const portOf = ({ port, protocol, family }: Edge): string => `${port} ${protocol} ${family}`;
  const failing = new Set(edges.map(portOf));
  const ports = new Set(edges.map(({ port }) => port));
  const clients = new Set(edges.map(({ from }) => probeName(from)));
  const answered = sound.filter(
    ({ from, to }) => to.via?.kind === 'ClusterIP' && to.via.service === service && clients.has(probeName(from)),
  );
  const others = new Set(answered.filter(({ port }) => !ports.has(port)).map(({ from }) => probeName(from)));
  if (answered.some((edge) => failing.has(portOf(edge))) || others.size < clients.size) return null;
  const nodes = [...new Set(edges.map(({ from }) => from.node))].toSorted();
  const where =
    nodes.length > namedAtMost
      ? `${nodes.slice(0, namedAtMost).join(', ')} and ${nodes.length - namedAtMost} more nodes`
      : nodes.join(', ');
  const protocols = [...new Set(edges.map(({ protocol }) => protocol))];
  const over = protocols.length === 1 ? ` over ${protocols.join()}` : '';
  const numbers = [...ports].toSorted((one, other) => one - other).join(', ');
  return {
    likelyCause: `what is sent through ClusterIPs from ${where} to ${ports.size === 1 ? 'port' : 'ports'} ${numbers}${over} is ${symptom}, and at its other ports the same Service (${service}) answers: a filter or a transparent proxy there takes what is for ${ports.size === 1 ? 'this port' : 'these ports'}, whichever Service it is for, or the rules for ${ports.size === 1 ? 'it' : 'them'} are missing`,
    lookWith: onNode(
      nodes[0] ?? '',
      `nft list ruleset; iptables-save | grep -w -e ${[...ports].join(' -e ')}; conntrack -S`,
    ),
  };
}

/** As large ones as those that were lost arrive without a Service, on each way that these dials take. */
function passAtPods({ edges }: Fold, sound: readonly Edge[]): boolean {
  const passes = new Map<string, number>();
  for (const { from, to, protocol, family, size } of sound) {
    if (to.via !== undefined || size === undefined) continue;
    for (const ends of [probeName(from), from.node].flatMap((one) =>
      [probeName(to), to.node].map((other) => [one, other]),
    )) {
      const way = [...ends, protocol, family].join(' ');
      passes.set(way, Math.max(size.bytes, passes.get(way) ?? 0));
    }
  }
  return edges.every((edge) =>
    waysOf(edge).every(
      (ends) => (passes.get([...ends, edge.protocol, edge.family].join(' ')) ?? 0) >= (edge.size?.bytes ?? Infinity),
    ),
  );
}

/** By a node's port to any probe of that node first, and on from any of them; what stays on the node goes to the pod. */
function waysOf({ from, to }: Edge): string[][] {
  const by = to.via?.kind === 'NodePort' ? (to.via.node ?? from.node) : from.node;
  const first = from.node === by ? [] : [[probeName(from), by]];
  const next = to.node === by || from.node === by ? [] : [[by, probeName(to)]];
  const ways = [...first, ...next];
  return ways.length === 0 ? [[probeName(from), probeName(to)]] : ways;
}

/** A responder says that it got what was sent: so it was translated, and its answer was lost on the way back. */
function notTranslatedBack({ pattern: { protocol }, edges }: Fold, node: string): LikelyCause {
  const over = protocol === null ? '' : ` over ${protocol}`;
  const kinds = [...new Set(edges.map(({ to }) => to.via?.kind ?? 'name'))].toSorted();
  return {
    likelyCause: `answers through Services${over} are not translated back on ${node}: pods got what was sent through ${kinds.map((kind) => `${kind}s`).join(' and ')} there, and answered; connection tracking of that node does not see these answers, or not as such (notrack, a zone of their own, another way back, bridge-nf-call-iptables is off), or they are dropped`,
    lookWith: onNode(
      node,
      'nft list ruleset | grep -i -e notrack -e zone -e "ct state"; iptables -t raw -S; conntrack -S; sysctl net.bridge.bridge-nf-call-iptables',
    ),
  };
}

/** All of it to pods that have a node's own address. */
function isToHostNetwork({ edges }: Fold): boolean {
  return edges.every(({ to }) => to.probe === 'node' && to.via?.kind === 'ClusterIP');
}

/** It is judged only where the same nodes answer at their own addresses: see `services/cluster-ip`. */
function notTakenIn(fold: Fold): LikelyCause {
  const { from, to } = nodesOf(fold);
  const isWithin = fold.edges.every((edge) => edge.from.node === edge.to.node);
  const filter = isWithin
    ? `a filter on ${from} drops what was translated for a Service and is for the node itself (in INPUT; what is for ordinary pods is forwarded)`
    : `a filter on ${from} or ${to} drops what was translated for a Service and is for a node (ordinary pods have other addresses)`;
  return {
    likelyCause: `Services with pods on the host network: ${describePattern(fold.pattern)} (${servicesOf(fold)}) is ${fold.symptom}, and the same nodes answer at their own addresses: ${filter}, or kube-proxy, or what stands in for it, has no working rules for an endpoint outside of the pods' ranges`,
    lookWith: onNode(from, `${rules}; iptables -S INPUT; nft list ruleset | grep -i drop`),
  };
}

/** The node that translates all of them: for whoever dials there, or by its own ports; null: several. */
export function soleTranslator({ edges }: Pick<Fold, 'edges'>): string | null {
  const [node, ...others] = new Set(edges.map(translatorOf));
  return node === undefined || others.length > 0 ? null : node;
}

/** The one Service with several pods that all of it went through; null: there were others, or it has one pod. */
export function serviceOfMany({ edges }: Pick<Fold, 'edges'>): string | null {
  const services = new Set(edges.map(({ to }) => to.via?.service));
  const [service] = services;
  const pods = new Set(edges.map(({ to }) => `${to.node}/${to.probe}`));
  return services.size === 1 && service !== undefined && pods.size > 1 ? service : null;
}

/** The node that chooses the pod: the client's, or the one whose port was dialled; null where there is no Service, or its name was dialled. */
export function translatorOf({ from, to: { via } }: Edge): string | null {
  return via === undefined || via.kind === 'name' ? null : (via.node ?? from.node);
}

function isHairpin({ pattern: { place } }: Fold): boolean {
  return (
    place.kind === 'to themselves' ||
    place.kind === 'each to itself' ||
    (place.kind === 'probe to probe' && place.one === place.other)
  );
}

const namedAtMost = 3;

/** "the Services one, two, three and 4 more". */
function servicesOf({ edges }: Fold): string {
  const names = [...new Set(edges.flatMap(({ to }) => to.via?.service ?? []))];
  const more = names.length - namedAtMost;
  const list = names.slice(0, namedAtMost).join(', ');
  return `the ${names.length === 1 ? 'Service' : 'Services'} ${list}${more > 0 ? ` and ${more} more` : ''}`;
}
