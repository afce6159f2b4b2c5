import type { Network } from '../support/healthy.ts';
import { affinityLost } from './affinity-lost.fault.ts';
import { apiServerDropped } from './api-server-dropped.fault.ts';
import { answersDropped } from './answers-dropped.fault.ts';
import { answersUntranslated } from './answers-untranslated.fault.ts';
import { asymmetricRoute } from './asymmetric-route.fault.ts';
import { bridgeNotFiltered } from './bridge-not-filtered.fault.ts';
import { calmLoss } from './calm-loss.fault.ts';
import { ciliumDetached, ciliumStopped } from './cilium.fault.ts';
import { connectionsLimited } from './connections-limited.fault.ts';
import { connectionsRefusedNowAndThen } from './connections-refused.fault.ts';
import { proxyStuckLater, staleFlows } from './endpoints-not-followed.fault.ts';
import { dnsDropped } from './dns-dropped.fault.ts';
import type { Fault } from './fault.ts';
import { flowsCutOff } from './flows-cut-off.fault.ts';
import { flowTableFull } from './flow-table-full.fault.ts';
import { forwardingLossy } from './forwarding-lossy.fault.ts';
import { highPortsDropped } from './high-ports-dropped.fault.ts';
import { hostNetworkBehindServices } from './host-network-behind-services.fault.ts';
import { idleConnectionsForgotten } from './idle-connections-forgotten.fault.ts';
import { ipv6NotForwarded } from './ipv6-not-forwarded.fault.ts';
import { portsKept, portsKeptOnOneNode } from './kept-ports.fault.ts';
import { largeThroughServices } from './large-through-services.fault.ts';
import { lowSourcePortsDropped } from './low-source-ports-dropped.fault.ts';
import { kubeProxyStopped, rulesFlushed } from './kube-proxy-stopped.fault.ts';
import { masqueradeBetweenPods } from './masquerade-between-pods.fault.ts';
import { masqueradeTowardsNodes } from './masquerade-towards-nodes.fault.ts';
import { masqueradeThroughServices } from './masquerade-through-services.fault.ts';
import { localMasqueraded } from './local-masqueraded.fault.ts';
import { missingRoute, missingRouteBesideMasquerade } from './missing-route.fault.ts';
import { mtuBlackHole } from './mtu-black-hole.fault.ts';
import { narrowUplink } from './narrow-uplink.fault.ts';
import { noNewPods } from './no-new-pods.fault.ts';
import { nodeAddressTwice } from './node-address-twice.fault.ts';
import { noHairpin } from './no-hairpin.fault.ts';
import { nodePortsDropped } from './node-ports-dropped.fault.ts';
import { nodeToServices } from './node-to-services.fault.ts';
import { nodesApart } from './nodes-apart.fault.ts';
import { oneAddressTwice } from './one-address-twice.fault.ts';
import { masqueradeNowAndThen, onePathDead } from './one-flow-in-eight.fault.ts';
import { oneNodeCutOff } from './one-node-cut-off.fault.ts';
import { oneWayLoss } from './one-way-loss.fault.ts';
import { overlayLoss } from './overlay-loss.fault.ts';
import { overlappingRanges } from './overlapping-ranges.fault.ts';
import { payloadDamaged } from './payload-damaged.fault.ts';
import {
  policiesIgnored,
  policiesIgnoredOnOneNode,
  policiesLeavePortsOpen,
  policiesLeavePortsOfServicesOpen,
  policiesLeavePortsOfNewPodsOpen,
  policiesMissNewPods,
  policiesBypassed,
  policiesStayInForce,
} from './policies.fault.ts';
import { policyPeersForgotten } from './policy-peers-forgotten.fault.ts';
import { policyRouting } from './policy-routing.fault.ts';
import { portChangedOnce } from './port-changed-once.fault.ts';
import { portTranslation } from './port-translation.fault.ts';
import { probeKilled } from './probe-killed.fault.ts';
import { pushesForgotten } from './pushes-forgotten.fault.ts';
import { tcpDropped, udpDropped } from './protocol-dropped.fault.ts';
import { sameNodeDropped } from './same-node-dropped.fault.ts';
import { selfIpHidden } from './self-ip-hidden.fault.ts';
import { endsDropped } from './ends-dropped.fault.ts';
import { oneLengthDropped } from './one-length-dropped.fault.ts';
import { smallDatagramsDropped } from './small-datagrams-dropped.fault.ts';
import { solicitationsLost } from './solicitations-lost.fault.ts';
import { sourcePortsOfANode } from './source-ports-of-a-node.fault.ts';
import { servicePortsDropped } from './service-ports-dropped.fault.ts';
import { slowConnects, slowThroughServices } from './slow-connects.fault.ts';
import { staleNeighbour } from './stale-neighbour.fault.ts';
import { streamsCutOff } from './streams-cut-off.fault.ts';
import { tunnelPortDropped, tunnelTooNarrow } from './tunnel.fault.ts';
import { twoProxyModes } from './two-proxy-modes.fault.ts';
import { wrongResponder } from './wrong-responder.fault.ts';
import { udpFragments } from './udp-fragments.fault.ts';
import { newPodsDead, newPodsLag } from './young-addresses.fault.ts';

/** Whether it can be planted on such a lab, and is a fault there. */
export function makesSense({ onlyOn, onlyBeside, needs = [] }: Fault, lab: Network): boolean {
  const here = onlyOn?.some((name) => name === lab.topology) ?? !passesBy(lab.topology);
  const beside = onlyBeside === undefined || onlyBeside === lab.proxy;
  return here && beside && needs.every((family) => lab.families.includes(family));
}

/** Cilium's programs carry packets past the rules and bridges that faults act on. */
const passesBy = (topology: string): boolean => topology.startsWith('cilium');

/** Every fault that is planted, the most telling first. */
export const faults: Fault[] = [
  masqueradeBetweenPods,
  oneNodeCutOff,
  calmLoss,
  overlayLoss,
  sameNodeDropped,
  oneWayLoss,
  forwardingLossy,
  missingRoute,
  missingRouteBesideMasquerade,
  udpDropped,
  tcpDropped,
  highPortsDropped,
  lowSourcePortsDropped,
  slowConnects,
  slowThroughServices,
  mtuBlackHole,
  smallDatagramsDropped,
  oneLengthDropped,
  endsDropped,
  flowsCutOff,
  streamsCutOff,
  narrowUplink,
  largeThroughServices,
  udpFragments,
  idleConnectionsForgotten,
  pushesForgotten,
  nodeAddressTwice,
  portTranslation,
  wrongResponder,
  payloadDamaged,
  answersDropped,
  oneAddressTwice,
  noNewPods,
  probeKilled,
  ipv6NotForwarded,
  selfIpHidden,
  overlappingRanges,
  portsKeptOnOneNode,
  masqueradeTowardsNodes,
  sourcePortsOfANode,
  nodesApart,
  twoProxyModes,
  kubeProxyStopped,
  bridgeNotFiltered,
  nodeToServices,
  hostNetworkBehindServices,
  masqueradeThroughServices,
  noHairpin,
  servicePortsDropped,
  connectionsLimited,
  connectionsRefusedNowAndThen,
  nodePortsDropped,
  answersUntranslated,
  localMasqueraded,
  affinityLost,
  staleFlows,
  proxyStuckLater,
  dnsDropped,
  apiServerDropped,
  newPodsDead,
  newPodsLag,
  masqueradeNowAndThen,
  onePathDead,
  portsKept,
  portChangedOnce,
  policiesIgnored,
  policiesIgnoredOnOneNode,
  policiesBypassed,
  policiesLeavePortsOpen,
  policiesLeavePortsOfServicesOpen,
  policiesLeavePortsOfNewPodsOpen,
  policiesStayInForce,
  policiesMissNewPods,
  policyPeersForgotten,
  rulesFlushed,
  asymmetricRoute,
  policyRouting,
  staleNeighbour,
  flowTableFull,
  solicitationsLost,
  tunnelPortDropped,
  tunnelTooNarrow,
  ciliumStopped,
  ciliumDetached,
];
