import { sameAddress } from '../cluster/addresses.ts';
import type { Probe } from '../cluster/model.ts';
import { isItself } from '../mesh/destination.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import type { Family } from '../conversations/basics.ts';
import { untranslated } from '../verdict/oracle/expectation.ts';
import type { Facts } from './facts.ts';
import type { Violation } from './violation.ts';

/** Whether the API, the downward API, the pod's own interfaces and every peer name the same address for each pod. */
export function selfViews(pods: Probe[], options: { families: Family[]; seenBy: Exchanged[] }): Facts {
  const peers = peerViews(options.seenBy);
  const violations = pods.flatMap((pod) => options.families.flatMap((family) => disagreements(pod, { family, peers })));
  const unseen = pods.flatMap((pod) =>
    options.families.flatMap((family) =>
      isUnseen(pod, { family, peers }) ? [`${pod.node}/${pod.name} over ${family}`] : [],
    ),
  );
  const dialled = violations.length === 0 ? [] : options.seenBy.flatMap((one) => one.dialled.filter(isTranslated));
  const addresses = pods.flatMap((pod) => options.families.flatMap((family) => pod.addresses[family] ?? []));
  return {
    expected: 'status.podIPs, the downward API, the interface and every peer name the same address for a pod',
    seen: `${addresses.length} addresses of ${pods.length} pods compared in four views: ${violations.length} disagreements`,
    violations,
    dials: [{ dialled, expectation: untranslated }],
    inconclusive: unseen.length === 0 ? null : `no peer could see ${unseen.slice(0, 5).join(', ')}`,
  };
}

function isUnseen(pod: Probe, { family, peers }: { family: Family; peers: Map<string, PeerView[]> }): boolean {
  return pod.addresses[family] !== undefined && !peers.has(`${pod.uid} ${family}`);
}

/** A peer saw another source address than the dialler's own socket has. */
function isTranslated({ record, inconclusive, to }: Dialled): boolean {
  if (inconclusive !== null || record?.outcome !== 'delivered') return false;
  const { local, views } = record;
  return (
    local !== null &&
    views.some(({ who, peer }) => to.mayAnswer.has(who.uid) && !sameAddress(peer.address, local.address))
  );
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
  const { node } = pod;
  const name = `${node}/${pod.name}`;
  const own = pod.addresses[family];
  if (own === undefined)
    return [
      {
        kind: 'pod without address',
        node,
        probe: name,
        family,
        evidence: `${name} has no ${family} address, though this cluster has them`,
      },
    ];
  const wrong: Violation[] = [];
  const interfaces = pod.hello.interfaces.filter((one) => one.family === family).map((one) => one.address);
  if (!pod.hello.declaredIPs.some((address) => sameAddress(address, own)))
    wrong.push({
      kind: 'downward API differs',
      node,
      evidence: `${name} is ${own} in status.podIPs, but the downward API says ${list(pod.hello.declaredIPs)}`,
    });
  if (!interfaces.some((address) => sameAddress(address, own)))
    wrong.push({
      kind: 'interfaces differ',
      node,
      evidence: `${name} is ${own} in status.podIPs, but its interfaces carry ${list(interfaces)}`,
    });
  const strange = (peers.get(`${pod.uid} ${family}`) ?? []).filter((view) => !sameAddress(view.address, own));
  const [first] = strange;
  if (first !== undefined)
    wrong.push({
      kind: 'peers differ',
      node,
      evidence: `${name} is ${own} in status.podIPs, but ${first.by} sees it as ${list([...new Set(strange.map((view) => view.address))])}`,
    });
  return wrong;
}

function list(texts: string[]): string {
  return texts.length === 0 ? 'none' : texts.join(', ');
}
