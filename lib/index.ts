/** All that a spec may import. */
export { askKernels } from './service-paths/kernels.ts';
export { idleTimes, udpTracked, untilIdleFor } from './facts/held-connections.ts';
export {
  editsFollowed,
  egressAsWritten,
  enforcedOnEveryNode,
  ingressAsWritten,
  peersAsWritten,
  policiesLifted,
  policiesSupported,
  portsAsWritten,
} from './enforcement/facts.ts';
export { affinityKept } from './facts/services/affinity.ts';
export { everyBackendReached, servicesKnown } from './facts/services/backends-reached.ts';
export { apiServerReached } from './facts/services/api-server.ts';
export { dnsAnswers } from './facts/services/dns.ts';
export { endpointsFollowed } from './facts/services/endpoints-followed.ts';
export { notDialled, notJudged } from './facts/services/excused.ts';
export { streamsLeftOut } from './facts/services/streams-left-out.ts';
export { alongRing, keptByPlugin, listenOnKept, overKept } from './facts/kept-ports.ts';
export { addressesFollow } from './facts/moved-pod.ts';
export { newPods } from './facts/new-pods.ts';
export { ownersOf } from './facts/one-owner.ts';
export { otherProtocols } from './facts/other-protocols.ts';
export { podsInRanges } from './facts/pods-in-ranges.ts';
export { listenOnSpread, overPorts } from './facts/port-spread.ts';
export { proxyModes } from './facts/proxy-mode.ts';
export { rangesOf } from './facts/ranges.ts';
export { selfViews } from './facts/self-views.ts';
export { datagramsOf, mtusOf, sendFragments, sendSizes, sizes } from './facts/sizes.ts';
export { headroom } from './headroom/facts.ts';
export { kubeProxyLatency } from './latency/facts.ts';
export { partOf } from './mesh/exchange.ts';
export { firstContacts, meetFirst, onlyAtFirst } from './mesh/first-contact.ts';
export { heldFlows, heldTogether, holdFlows } from './mesh/held/hold.ts';
export { acrossNodes, everyPair, involving, itself, onSameNode } from './mesh/pairs.ts';
export { connectToApi } from './service-paths/api-server.ts';
export { heldThroughClusterIPs, throughClusterIPs } from './service-paths/cluster-ips.ts';
export { askDns } from './service-paths/dns.ts';
export { withAffinity } from './service-paths/further/affinity.ts';
export { throughLocalPolicies } from './service-paths/further/local-policies.ts';
export { movePods } from './service-paths/further/moving.ts';
export { throughNodePorts } from './service-paths/further/node-ports.ts';
export { largeThroughClusterIPs } from './service-paths/large.ts';
export { manyAtOnce } from './service-paths/many-at-once.ts';
export { programmedWithinMs } from './service-paths/own-services.ts';
export { clause } from './verdict/clause.ts';
export { expect } from './verdict/expect.ts';
export {
  addressesKept,
  delivered,
  destinationPortsKept,
  sourceAddressKept,
  unanswered,
  untranslated,
} from './verdict/oracle/expectation.ts';
