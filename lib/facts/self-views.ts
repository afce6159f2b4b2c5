import { sameAddress } from '../cluster/addresses.ts';
import type { Probe } from '../cluster/model.ts';
import { hiddenByTranslation, lookAtPodsOf } from '../diagnosis/addresses/hidden-address.ts';
import { isItself } from '../mesh/destination.ts';
import type { Exchanged } from '../mesh/dialled.ts';
import type { Family } from '../conversations/basics.ts';
import type { Edge } from '../verdict/run.ts';
import type { Facts, Violation } from '../verdict/oracle/judgement.ts';
import { untranslated } from '../verdict/oracle/expectation.ts';
import { judge } from '../verdict/oracle/oracle.ts';

/** Whether the API, the downward API, the pod's own interfaces and every peer name the same address for each pod. */
export function selfViews(pods: Probe[], options: { families: Family[]; seenBy: Exchanged[] }): Facts {
  const peers = peerViews(options.seenBy);
  const violations = pods.flatMap((pod) => options.families.flatMap((family) => disagreements(pod, { family, peers })));
  const unseen = pods.flatMap((pod) =>
    options.families.flatMap((family) =>
      isUnseen(pod, { family, peers }) ? [`${pod.node}/${pod.name} over ${family}`] : [],
    ),
  );
  const edges = violations.length === 0 ? [] : translatedEdges(options.seenBy);
  const addresses = pods.flatMap((pod) => options.families.flatMap((family) => pod.addresses[family] ?? []));
  return {
    expected: 'status.podIPs, the downward API, the interface and every peer name the same address for a pod',
    seen: `${addresses.length} addresses of ${pods.length} pods compared in four views: ${violations.length} disagreements`,
    violations,
    edges,
    inconclusive: unseen.length === 0 ? null : `no peer could see ${unseen.slice(0, 5).join(', ')}`,
  };
}

function isUnseen(pod: Probe, { family, peers }: { family: Family; peers: Map<string, PeerView[]> }): boolean {
  return pod.addresses[family] !== undefined && !peers.has(`${pod.uid} ${family}`);
}

function translatedEdges(exchanges: Exchanged[]): Edge[] {
  return exchanges
    .flatMap(({ dialled }) => dialled.map((dial) => judge(dial, untranslated).edge))
    .filter((edge) => edge.problems.includes('source address translated'));
}

type PeerView = { address: string; by: string };

/** By uid and family: the addresses under which peers saw a pod. */
function peerViews(exchanges: Exchanged[]): Map<string, PeerView[]> {
  const views = new Map<string, PeerView[]>();
  for (const { dialled } of exchanges)
    for (const dial of dialled)
      for (const view of dial.record?.views ?? []) {
        if (isItself(dial.from, dial.to)) continue;
        const key = `${dial.from.uid} ${dial.family}`;
        views.set(key, [
          ...(views.get(key) ?? []),
          { address: view.peer.address, by: `${view.who.node}/${view.who.pod}` },
        ]);
      }
  return views;
}

function disagreements(pod: Probe, options: { family: Family; peers: Map<string, PeerView[]> }): Violation[] {
  const { family, peers } = options;
  const name = `${pod.node}/${pod.name}`;
  const own = pod.addresses[family];
  if (own === undefined)
    return [
      violation(
        `${name} has no ${family} address, though this cluster has them`,
        `the network plugin gave ${name} no ${family} address`,
        pod,
      ),
    ];
  const wrong: Violation[] = [];
  const interfaces = pod.hello.interfaces.filter((one) => one.family === family).map((one) => one.address);
  if (!pod.hello.declaredIPs.some((address) => sameAddress(address, own)))
    wrong.push(
      violation(
        `${name} is ${own} in status.podIPs, but the downward API says ${list(pod.hello.declaredIPs)}`,
        `the kubelet of ${pod.node} reports another address than it hands to the pod`,
        pod,
      ),
    );
  if (!interfaces.some((address) => sameAddress(address, own)))
    wrong.push(
      violation(
        `${name} is ${own} in status.podIPs, but its interfaces carry ${list(interfaces)}`,
        hiddenByTranslation,
        pod,
      ),
    );
  const strange = (peers.get(`${pod.uid} ${family}`) ?? []).filter((view) => !sameAddress(view.address, own));
  const [first] = strange;
  if (first !== undefined)
    wrong.push({
      evidence: `${name} is ${own} in status.podIPs, but ${first.by} sees it as ${list([...new Set(strange.map((view) => view.address))])}`,
      likelyCause: null,
      lookWith: null,
    });
  return wrong;
}

function violation(evidence: string, likelyCause: string, pod: Probe): Violation {
  return { evidence, likelyCause, lookWith: lookAtPodsOf(pod.node) };
}

function list(texts: string[]): string {
  return texts.length === 0 ? 'none' : texts.join(', ');
}
