import { podsCutOff } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';
import type { Fault } from './fault.ts';

/** One protocol on one node. */
const protocolDropped = (protocol: 'TCP' | 'UDP', node: string): Fault =>
  chainFault({
    name: `${protocol} dropped`,
    node,
    hook: 'filter hook forward priority -10',
    rules: () =>
      ['iifname', 'oifname'].map((side) => `${side} != ${bridges} meta l4proto ${protocol.toLowerCase()} drop`),
    breaks: { traffic: podsCutOff(node, { protocol }) },
    says: [new RegExp(node), new RegExp(`over ${protocol}`)],
    causes: 1,
  });

export const udpDropped: Fault = { ...protocolDropped('UDP', 'node-3'), slow: true };
export const tcpDropped: Fault = { ...protocolDropped('TCP', 'node-1'), slow: true };
