import type { Violation } from '../facts/violation.ts';
import { givenTwice, lookWhoHas } from './addresses/given-twice.ts';
import { carriedByTwo, lookWhoCarries } from './addresses/carried-twice.ts';
import { hiddenByTranslation, lookAtPodsOf } from './addresses/hidden-address.ts';
import { onNode, rules, type LikelyCause } from './guesses/look-with.ts';

/** As CNI plugins say that the agent beside them does not answer on its socket. */
const agentIsAway = /unable to connect to .*agent|\.sock: connect:|is the agent running/i;

/** What may be behind a violation, and where to look; null where the edges that it was read off say more. */
export function explainViolation(violation: Violation): LikelyCause | null {
  switch (violation.kind) {
    case 'answered by another':
    case 'peers differ':
      return null;
    case 'two owners':
      return {
        likelyCause: violation.holders.every(({ kind }) => kind === 'node')
          ? "nodes were given one address: the kubelets' --node-ip, or the cloud's addresses"
          : givenTwice,
        lookWith: lookWhoHas(violation.address),
      };
    case 'carried twice':
      return { likelyCause: carriedByTwo(violation), lookWith: lookWhoCarries(violation) };
    case 'ranges overlap':
      return {
        likelyCause: `${violation.one} and ${violation.other} were given overlapping ranges: --cluster-cidr, --service-cluster-ip-range, the plugin's pools, or a node's podCIDR set by hand`,
        lookWith:
          "kubectl get nodes -o custom-columns='NAME:.metadata.name,PODS:.spec.podCIDRs,ADDRESSES:.status.addresses[*].address'; kubectl get servicecidrs",
      };
    case 'pods in a service range':
      return {
        likelyCause: `the network plugin gives pods addresses of the service range ${violation.range}`,
        lookWith: 'kubectl get pods -A -o wide; kubectl get servicecidrs',
      };
    case 'backend never reached':
      return {
        likelyCause: `the rules of the Service ${violation.service} leave out its pod on ${violation.node}: an EndpointSlice that is missing or stale, or a proxy that gives it no share`,
        lookWith: `kubectl get endpointslices -A -l kubernetes.io/service-name=${violation.service} -o wide; nft list ruleset | grep ${violation.service}`,
      };
    case 'affinity not kept':
      return {
        likelyCause: `kube-proxy, or what stands in for it, on ${violation.nodes.join(', ')} sends one client to several pods of a Service with sessionAffinity ClientIP: it does not support it, or its rules have lost it`,
        lookWith: onNode(violation.nodes[0] ?? '', 'cat /proc/net/xt_recent/*; nft list ruleset | grep -i affinity'),
      };
    case 'endpoints not followed':
      return {
        likelyCause: `kube-proxy, or what stands in for it, on ${violation.nodes.join(', ')} has not followed a change of a Service's pods: it is stopped or stuck, has lost its watch, or its rules can't be written`,
        lookWith: onNode(
          violation.nodes[0] ?? '',
          'curl -s http://localhost:10249/metrics | grep sync_proxy_rules_last; for t in iptables ip6tables; do $t -t nat -S KUBE-SERVICES; done; nft list ruleset | grep -i service',
        ),
      };
    case 'flow stuck':
      return {
        likelyCause: `stale connection tracking on ${violation.nodes.join(', ')}: UDP from a source port that was in use before goes to a pod that is no longer behind the Service, from others it does not; kube-proxy failed to clear it, or Cilium translates for pods: it keeps such a flow while that pod is behind any other Service`,
        lookWith: `${onNode(violation.nodes[0] ?? '', 'conntrack -L -p udp')}; with Cilium, in its pod there: cilium-dbg bpf ct list global`,
      };
    case 'hangs without endpoints':
      return {
        likelyCause: `kube-proxy, or what stands in for it, on ${violation.nodes.join(', ')} drops what goes to a Service without pods instead of refusing it, or something there drops the ICMP errors that refuse it: clients wait for a time-out`,
        lookWith: onNode(
          violation.nodes[0] ?? '',
          '{ iptables -S; ip6tables -S; } | grep "no endpoints"; nft list ruleset | grep -i reject',
        ),
      };
    case 'DNS does not answer':
      return {
        likelyCause: silenceOfDns(violation),
        lookWith: `kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide; ${onNode(violation.nodes[0] ?? '', 'nft list ruleset | grep -w 53; { iptables-save; ip6tables-save; } | grep -w 53')}`,
      };
    case 'DNS answers wrongly':
      if (violation.error !== null)
        return {
          likelyCause: `the cluster's DNS (${violation.server}) answers pods of ${violation.nodes.join(', ')} over ${violation.over} with the error ${violation.error}: a DNS pod can't answer for the cluster's zone (its configuration, or what it asks itself), or something else answers at its address`,
          lookWith: 'kubectl -n kube-system logs -l k8s-app=kube-dns --tail 50',
        };
      return {
        likelyCause: `the cluster's DNS (${violation.server}) does not know what the API knows, as pods of ${violation.nodes.join(', ')} are answered: a DNS pod has lost its watch, may not read Services and EndpointSlices, or something else answers at its address`,
        lookWith: 'kubectl -n kube-system logs -l k8s-app=kube-dns --tail 50',
      };
    case 'API server not reached':
      return {
        likelyCause: noApiServer(violation),
        lookWith: `kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes; ${onNode(violation.nodes[0] ?? '', '{ iptables-save; ip6tables-save; } | grep default/kubernetes; nft list ruleset | grep default/kubernetes')}`,
      };
    case 'pod does not start':
      if (agentIsAway.test(violation.evidence))
        return {
          likelyCause: `the network plugin's agent on ${violation.node} does not run, or does not answer: the CNI plugin there can't reach it`,
          lookWith: `kubectl get pods -A -o wide --field-selector spec.nodeName=${violation.node}; kubectl get events -A --field-selector source=kubelet`,
        };
      return {
        likelyCause: `the network plugin of ${violation.node} cannot set up a pod's network (its binaries under /opt/cni/bin or its configuration under /etc/cni/net.d are gone or broken)`,
        lookWith: `kubectl get events -A --field-selector source=kubelet; kubectl describe node ${violation.node}`,
      };
    case 'new pod without address':
      return {
        likelyCause: `the network plugin of ${violation.node} gives new pods no ${violation.family} address`,
        lookWith: `kubectl describe node ${violation.node}`,
      };
    case 'pod without address':
      return {
        likelyCause: `the network plugin gave ${violation.probe} no ${violation.family} address`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'downward API differs':
      return {
        likelyCause: `the kubelet of ${violation.node} reports a different address from the one that it gives the pod`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'policies ignored':
      return {
        likelyCause: `NetworkPolicies are accepted by the API and ignored: nothing enforces them here${violation.plugin === null ? '' : ` (the network plugin is ${violation.plugin})`}; the plugin can't, or what enforces them is not installed or does not run`,
        lookWith: 'kubectl get networkpolicies -A; kubectl get daemonsets -A',
      };
    case 'policy not enforced':
      return {
        likelyCause: `${violation.node} does not enforce NetworkPolicies, other nodes do: what enforces them there is stopped or stuck, or may not read them`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'policy lets through':
      if (violation.onlyWay !== null) return passesBy(violation.onlyWay);
      return {
        likelyCause: violation.onlyAtSomePorts
          ? `on ${violation.node}, NetworkPolicies let through what they forbid at some ports, and deny it at others: what enforces them there does not look at those, or a rule that comes before it accepts them`
          : `on ${violation.node}, NetworkPolicies let through what they forbid: the plugin does not support all that they say, or has not read the last change`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'policy bypassed through Services':
      return {
        likelyCause: violation.onlyAtSomePorts
          ? `traffic through Services bypasses NetworkPolicies ${violation.where} at some ports, and is denied at others and at the pods' own addresses: what enforces them there does not look at those of translated traffic, or a rule that comes before it accepts them`
          : `traffic through Services bypasses NetworkPolicies ${violation.where}, and is denied at the pods' own addresses: what enforces them there lets translated traffic through, or sees it before its destination is translated`,
        lookWith: rules(violation.nodes[0] ?? ''),
      };
    case 'policy forbids too much':
      return {
        likelyCause: `on ${violation.node}, NetworkPolicies deny what they allow: the plugin does not support all that they say, or has not read the last change`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'policy misses new pods':
      return {
        likelyCause: violation.onlyAtSomePorts
          ? `NetworkPolicies that stand are not in force at some ports for pods that start later on ${violation.node}, and are at others: what enforces them there does not look at those, or a rule that comes before it accepts them`
          : `NetworkPolicies that stand are not in force for pods that start later on ${violation.node}: what enforces them there is stopped or stuck, or does not learn of new pods`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'policy stays in force':
      return {
        likelyCause: `rules of NetworkPolicies that are gone stay in force on ${violation.node}: what enforces them there is stopped or stuck`,
        lookWith: lookAtPodsOf(violation.node),
      };
    case 'interfaces differ':
      return { likelyCause: hiddenByTranslation, lookWith: lookAtPodsOf(violation.node) };
  }
}

/** On all other ways of both nodes they hold: so it is not that they are not enforced there. */
function passesBy({ from, to }: { from: string; to: string }): LikelyCause {
  const isOne = from === to;
  const what = isOne ? `pods on ${to} send each other` : `pods on ${from} send to pods on ${to}`;
  const how = isOne
    ? 'what the bridge of that node carries is not filtered (bridge-nf-call-iptables is off), or a rule there accepts it before them'
    : `a rule on ${to} accepts what comes from ${from}, or one on ${from} what goes to ${to}, before they are asked (a mark, a range of addresses, an interface or a tunnel of its own)`;
  return {
    likelyCause: `what ${what} passes NetworkPolicies by, which hold on other ways: ${how}; or the last change has not been read there`,
    lookWith: rules(to),
  };
}

function silenceOfDns({
  nodes,
  over,
  only,
  at,
  refused,
  partly,
}: Extract<Violation, { kind: 'DNS does not answer' }>): string {
  const who = `pods of ${nodes.join(', ')}`;
  const dns = at === null ? "the cluster's DNS" : `the cluster's DNS at ${at} (it answers at its other address)`;
  if (refused && partly)
    return `some questions of ${who} to ${dns} over ${over} are refused, others are answered: one of its pods is not Ready or does not listen there, or something on the way rejects at times (a limit, a rule that picks some)`;
  if (refused)
    return `${who} are refused by ${dns} over ${over}: none of its pods is Ready, none listens there, or something on the way rejects port 53`;
  if (partly && only === null)
    return `${who} get no answer to some of their questions to ${dns} over ${over}: one of its pods does not answer or can't be reached from there, what stands in for kube-proxy takes an address for one that is none, or packets are lost on the way`;
  const told = `${who} get no answer from ${dns} over ${over}`;
  return only === null
    ? `${told}: something on the way drops port 53, or no DNS pod can be reached from there; unless Services or pods can't be reached anyway`
    : `${told} to questions of type ${only}, and those of other types are answered: a filter that looks into questions, or a DNS server that does not answer them`;
}

/** Whether it is the Service or the way to what is behind it tells where else the same probes get. */
function noApiServer({
  who,
  nodes,
  service,
  refused,
  partly,
  servers,
  directly,
}: Extract<Violation, { kind: 'API server not reached' }>): string {
  const at = servers === null ? 'its servers' : `its servers (${servers})`;
  if (partly)
    return `some connections from ${who} to the API server's Service ${service} do not open${refused ? ', but are refused' : ''}: one of ${at} does not run or can't be reached from there, or packets are lost on the way`;
  const told = refused
    ? `${who} are refused by the API server's Service ${service}`
    : `${who} can't connect to the API server through its Service ${service}`;
  if (directly === true)
    return `${told}, and reach ${at} directly: kube-proxy, or what stands in for it, on ${nodes.join(', ')} has no working rules for that Service, or a filter there ${refused ? 'rejects' : 'drops'} it`;
  if (directly === false)
    return `${told}, nor ${at} directly: a filter or a route between ${nodes.join(', ')} and the API server`;
  return `${told}: its rules are missing on ${nodes.join(', ')}, or a filter or a route is between there and ${at}`;
}
