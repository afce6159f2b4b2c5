import { answersDropped } from './answers-dropped.fault.ts';
import { calmLoss } from './calm-loss.fault.ts';
import type { Fault } from './fault.ts';
import { highPortsDropped } from './high-ports-dropped.fault.ts';
import { ipv6NotForwarded } from './ipv6-not-forwarded.fault.ts';
import { portsKept, portsKeptOnOneNode } from './kept-ports.fault.ts';
import { masqueradeBetweenPods } from './masquerade-between-pods.fault.ts';
import { masqueradeTowardsNodes } from './masquerade-towards-nodes.fault.ts';
import { missingRoute } from './missing-route.fault.ts';
import { mtuBlackHole } from './mtu-black-hole.fault.ts';
import { noNewPods } from './no-new-pods.fault.ts';
import { nodesApart } from './nodes-apart.fault.ts';
import { oneAddressTwice } from './one-address-twice.fault.ts';
import { masqueradeNowAndThen, onePathDead } from './one-flow-in-eight.fault.ts';
import { oneNodeCutOff } from './one-node-cut-off.fault.ts';
import { oneWayLoss } from './one-way-loss.fault.ts';
import { overlappingRanges } from './overlapping-ranges.fault.ts';
import { payloadDamaged } from './payload-damaged.fault.ts';
import { portTranslation } from './port-translation.fault.ts';
import { probeKilled } from './probe-killed.fault.ts';
import { tcpDropped, udpDropped } from './protocol-dropped.fault.ts';
import { sameNodeDropped } from './same-node-dropped.fault.ts';
import { selfIpHidden } from './self-ip-hidden.fault.ts';
import { sourcePortsOfANode } from './source-ports-of-a-node.fault.ts';
import { slowConnects } from './slow-connects.fault.ts';
import { twoProxyModes } from './two-proxy-modes.fault.ts';
import { wrongResponder } from './wrong-responder.fault.ts';
import { udpFragments } from './udp-fragments.fault.ts';
import { newPodsDead, newPodsLag } from './young-addresses.fault.ts';

/** Every fault that is planted. */
export const faults: Fault[] = [
  masqueradeBetweenPods,
  masqueradeTowardsNodes,
  portTranslation,
  wrongResponder,
  missingRoute,
  oneNodeCutOff,
  oneWayLoss,
  udpDropped,
  tcpDropped,
  ipv6NotForwarded,
  highPortsDropped,
  sameNodeDropped,
  probeKilled,
  noNewPods,
  nodesApart,
  overlappingRanges,
  oneAddressTwice,
  selfIpHidden,
  payloadDamaged,
  answersDropped,
  sourcePortsOfANode,
  calmLoss,
  portsKept,
  portsKeptOnOneNode,
  newPodsDead,
  newPodsLag,
  masqueradeNowAndThen,
  onePathDead,
  slowConnects,
  twoProxyModes,
  mtuBlackHole,
  udpFragments,
];
