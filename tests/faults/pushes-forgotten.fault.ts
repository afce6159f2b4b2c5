import { podsOf } from './breaks.ts';
import { addressType, chainFault, familyOf, sentTo } from './chain.ts';
import type { Fault } from './fault.ts';

const node = 'node-2';

/** By family, whom somebody has dialled; and what is not older than its time-out. */
const sets = (range: string): string[] => {
  const [type, family] = [addressType(range), familyOf(range)];
  return [
    `set servers_${family} { type ${type} . inet_service; flags dynamic; size 65535; }`,
    `set flows_${family} { type ${type} . inet_service . ${type} . inet_service; flags dynamic,timeout; timeout 8s; size 65535; }`,
  ];
};

const rules = (range: string): string[] => {
  const family = familyOf(range);
  const [client, server] = [`${family} saddr . tcp sport`, `${family} daddr . tcp dport`];
  return [
    ...sentTo([range]).map((them) => `${them} tcp flags & (syn | ack) == syn add @servers_${family} { ${server} }`),
    `${server} @servers_${family} update @flows_${family} { ${client} . ${server} }`,
    `${client} @servers_${family} ${server} . ${client} != @flows_${family} drop`,
  ];
};

/** A firewall in front of one node's pods forgets connections that are idle for 8 s, and takes up again only what their clients send: who pushes is cut off. */
export const pushesForgotten: Fault = {
  ...chainFault({
    name: 'pushes over idle connections forgotten',
    reported: ['moby/moby#31208', 'kubernetes/kubernetes#80298'],
    node,
    hook: 'filter hook forward priority -10',
    sets: ({ podRanges }) => podRanges(node).flatMap(sets),
    rules: ({ podRanges }) => podRanges(node).flatMap(rules),
    breaks: { traffic: [{ symptom: 'forgotten', from: podsOf(node), protocol: 'TCP' }] },
    verdict: 'conformant',
    says: [
      /data that the server sends first over connections that were idle for \d+ s is lost \(.*node-2.* over TCP\); what the client sends first arrives: a forgotten connection-tracking entry/,
    ],
    onlyOn: ['routed'],
    causes: 1,
  }),
  args: ['--hold', '12'],
  slow: true,
};
