import { bringBack, kubeRouter } from './agents.ts';
import { chainFault } from './chain.ts';
import type { Fault, Scene } from './fault.ts';
import { sh } from './shell.ts';

/** What a lab with kube-router has in common for these. */
const onKubeRouter = {
  onlyOn: ['kube-router'],
  triesPolicies: true,
  // What stays in force may close other flows of the run as well, by chance.
  args: ['--clause', 'policy'],
  verdict: 'conformant',
  inconclusive: 'none',
  causes: 1,
} as const;

const newPods = 'flatnet_new_pods';
const bypassing = '/run/policies-bypassed';
const translated = 'KUBE-ROUTER-FORWARD -m conntrack --ctstate DNAT';

/** A rule that is there again on node-2 whenever kube-router writes its chains anew, with every change. */
function keeping(rule: string): Pick<Fault, 'plant' | 'undo'> {
  return {
    plant: async ({ lab }) =>
      void (await sh(
        lab,
        'node-2',
        `touch ${bypassing}; (while test -e ${bypassing}; do
        iptables -w -C ${rule} || iptables -w -I ${rule}; sleep 0.1
      done) >/dev/null 2>&1 &`,
      )),
    undo: async ({ lab }) =>
      void (await sh(lab, 'node-2', `rm -f ${bypassing}; sleep 0.5; iptables -w -D ${rule} || true`)),
  };
}

/** Its rules and routes stay as they are, and change no more. */
async function stop({ lab }: Scene, nodes: readonly string[]): Promise<void> {
  await Promise.all(nodes.map((node) => sh(lab, node, 'flatnet-service stop kube-router')));
}

/** Until it has a BGP peer again, and has read that there are no policies. */
async function start({ lab }: Scene, nodes: readonly string[]): Promise<void> {
  const agent = { ...kubeRouter, and: '! iptables-save | grep -q flatnet-' };
  await Promise.all(nodes.map((node) => bringBack(lab, node, { agent, by: 'start' })));
}

/** What enforces policies runs nowhere: the API takes them all the same. */
export const policiesIgnored: Fault = {
  ...onKubeRouter,
  name: 'policies ignored',
  when: 'before',
  plant: async (scene) => stop(scene, namesOf(scene)),
  undo: async (scene) => start(scene, namesOf(scene)),
  breaks: { facts: ['policies are ignored'] },
  says: [/NetworkPolicies are accepted by the API and ignored/, /denies all ingress/],
};

/** It is stopped on one node: pods there are reached by anybody. */
export const policiesIgnoredOnOneNode: Fault = {
  ...onKubeRouter,
  name: 'policies ignored on one node',
  when: 'before',
  plant: async (scene) => stop(scene, ['node-2']),
  undo: async (scene) => start(scene, ['node-2']),
  breaks: { facts: ['policies are ignored on a node'] },
  says: [/node-2 does not enforce NetworkPolicies/, /into pods on node-2/, /^(?!.*(into|out of) pods on node-[13])/s],
};

/** What is translated passes on one node before kube-router's rules are asked: they are there, and in force on all else. */
export const policiesBypassed: Fault = {
  ...onKubeRouter,
  name: 'policies bypassed through Services on one node',
  when: 'before',
  ...keeping(`${translated} -j ACCEPT`),
  breaks: { facts: ['policies are bypassed through Services'] },
  says: [
    /bypasses NetworkPolicies into pods on node-2 \(TCP and UDP, within a node\) and out of pods on node-2 \(TCP and UDP\), and is denied at the pods' own addresses/,
    /^(?!.*(into|out of) pods on node-[13])/s,
  ],
};

/** What goes to high ports of pods has the mark of what kube-router allows, on one node: it looks at the others only. */
export const policiesLeavePortsOpen: Fault = {
  ...chainFault({
    ...onKubeRouter,
    name: 'policies leave high ports open on one node',
    node: 'node-2',
    hook: 'filter hook forward priority -10',
    rules: () => [
      'meta l4proto { tcp, udp } th dport >= 20000 ct direction original meta mark set meta mark or 0x10000',
    ],
    breaks: { facts: ['policies leave ports open'] },
    says: [
      /on node-2, NetworkPolicies let through what they forbid at some ports, and deny it at others/,
      /(TCP|UDP) (20000|36000|61000)/,
    ],
  }),
};

/** What is translated there passes before kube-router's rules are asked, as above, where it was sent to high ports. */
export const policiesLeavePortsOfServicesOpen: Fault = {
  ...onKubeRouter,
  name: 'policies leave high ports open through Services on one node',
  when: 'before',
  ...keeping(`${translated} --ctorigdstport 32768:65535 -j ACCEPT`),
  breaks: { facts: ['policies are bypassed through Services'] },
  says: [
    /bypasses NetworkPolicies into pods on node-2 \(TCP and UDP\) and out of pods on node-2 \(TCP and UDP\) at some ports, and is denied at others/,
    /through a Service, (TCP|UDP) 6100\d/,
  ],
};

/** What goes to high ports of pods, and from pods, that start under policies alone: those that nobody on the node has talked to by then. */
export const policiesLeavePortsOfNewPodsOpen: Fault = {
  ...onKubeRouter,
  name: 'policies leave high ports of new pods open on one node',
  when: 'checking',
  args: [...onKubeRouter.args, '--policies', 'full'],
  plant: async ({ lab }) =>
    void (await sh(
      lab,
      'node-2',
      `for n in $(seq 6000); do iptables-save | grep -q 'flatnet-newcomers[^-]' && break; sleep 0.05; done
      on='dev kube-bridge'
      range=$(ip -4 route show $on | sed 's/ .*//;q')
      known=$(ip -4 neigh show $on | sed 's/ .*//' | paste -sd,)
      allow='meta l4proto { tcp, udp } th dport >= 32768 ct direction original meta mark set meta mark or 0x10000'
      nft -f - <<END
table inet ${newPods} {
 chain forward {
  type filter hook forward priority -10;
  ip daddr $range ip daddr != { $known } $allow
  ip saddr $range ip saddr != { $known } $allow
 }
}
END`,
    )),
  undo: async ({ lab }) => void (await sh(lab, 'node-2', `nft delete table inet ${newPods} 2>/dev/null || true`)),
  // The directions of a policy that has both are one chain on kube-router as it is.
  breaks: { facts: ['policies miss new pods', 'policies mix their directions'] },
  causes: 2,
  says: [
    /NetworkPolicies that stand are not in force at some ports for pods that start later on node-2, and are at others/,
    /(TCP|UDP) (36000|61000)/,
  ],
  slow: true,
};

/** It stops on one node while a policy stands, and never learns that it is gone. */
export const policiesStayInForce: Fault = {
  ...onKubeRouter,
  name: 'policies stay in force',
  when: 'checking',
  plant: async (scene) => stopUnder(scene, { node: 'node-3', policy: 'flatnet-egress' }),
  undo: async (scene) => start(scene, ['node-3']),
  breaks: { facts: ['policies stay in force'] },
  // What is denied is proved only where it is answered again.
  inconclusive: 'some',
  says: [/rules of NetworkPolicies that are gone stay in force on node-3/, /dials from pods on node-3/],
};

/** It stops on one node while policies stand, before pods start there that they close as well. */
export const policiesMissNewPods: Fault = {
  ...onKubeRouter,
  name: 'policies miss new pods',
  when: 'checking',
  args: [...onKubeRouter.args, '--policies', 'full'],
  plant: async (scene) => stopUnder(scene, { node: 'node-2', policy: 'flatnet-newcomers' }),
  undo: async (scene) => start(scene, ['node-2']),
  // The policies of before stay. The directions of a policy that has both are one chain on kube-router as it is.
  breaks: { facts: ['policies miss new pods', 'policies stay in force', 'policies mix their directions'] },
  inconclusive: 'some',
  causes: 3,
  says: [/NetworkPolicies that stand are not in force for pods that start later on node-2/, /stay in force on node-2/],
  slow: true,
};

/** As soon as it has written the rules of a policy. */
async function stopUnder({ lab }: Scene, { node, policy }: { node: string; policy: string }): Promise<void> {
  const isWritten = `iptables-save | grep -q '${policy}[^-]'`;
  const command = `for n in $(seq 3600); do ${isWritten} && flatnet-service stop kube-router && exit 0; sleep 0.05; done; exit 1`;
  await sh(lab, node, command);
}

function namesOf({ lab }: Scene): readonly string[] {
  return lab.nodes;
}
