import { podsOf } from './breaks.ts';
import { between, chainFault, othersThan } from './chain.ts';
import type { Scene } from './fault.ts';

/** What the pods of node-1 send to those of other nodes. */
function leaving({ podRanges, lab }: Scene): string[] {
  return othersThan('node-1', lab).flatMap((node) => between(podRanges('node-1'), podRanges(node)));
}

/** A masquerade that not every flow meets: two rules or two paths, of which one is right. */
export const masqueradeNowAndThen = chainFault({
  name: 'masquerade now and then',
  reported: ['flannel-io/flannel#2145', 'flannel-io/flannel#1092'],
  node: 'node-1',
  hook: 'nat hook postrouting priority 90',
  rules: (scene) => leaving(scene).map((packets) => `${packets} numgen random mod 8 == 0 masquerade`),
  breaks: {
    traffic: [
      {
        symptom: 'source address translated',
        from: podsOf('node-1'),
        to: podsOf(),
        where: 'across nodes',
        share: 1 / 8,
      },
    ],
  },
  says: [/\(SNAT, masquerade\) by node-1 \(to [^;]*, not of every flow/, /at times/],
  causes: 1,
  slow: true,
});

/** One of several paths is dead, and the source port decides which one a flow takes. */
export const onePathDead = chainFault({
  name: 'one path of eight dead',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  rules: (scene) =>
    leaving(scene).map(
      (packets) => `${packets} ct direction original meta l4proto tcp jhash tcp sport mod 8 seed 0x5eed == 0 drop`,
    ),
  breaks: {
    traffic: [
      {
        symptom: 'lost',
        from: podsOf('node-1'),
        to: podsOf(),
        where: 'across nodes',
        protocol: 'TCP',
        opening: true,
        share: 1 / 8,
      },
    ],
  },
  says: [/one of several paths of .* out of node-1 over TCP is dead/, /\d+ % of the flows/],
  causes: 1,
  slow: true,
});
