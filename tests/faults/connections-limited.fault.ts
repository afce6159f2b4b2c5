import { podsOf } from './breaks.ts';
import { chainFault, sentBy } from './chain.ts';

/** A limit of one node on new connections through Services: a few at a time pass, and of many at once most lose their first SYN. */
export const connectionsLimited = chainFault({
  name: 'new connections limited',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: ({ podRanges }) =>
    sentBy(podRanges('node-2')).map(
      (from) => `${from} ct state new ct status dnat meta l4proto tcp limit rate over 30/second burst 20 packets drop`,
    ),
  breaks: {
    traffic: [{ symptom: 'slow when many', by: 'ClusterIP', from: podsOf('node-2'), protocol: 'TCP', opening: true }],
  },
  says: [/through ClusterIPs from node-2.* over TCP/, /SYNs? of .* dropped.* many were opened at once: a limit/],
  causes: 1,
  slow: true,
});
