import { podsOf } from './breaks.ts';
import { bridges, chainFault, sentBy } from './chain.ts';

/** What the pods of one node send to others is dropped once a connection has carried 1 MiB: as by an offload that loses long connections. */
export const streamsCutOff = chainFault({
  name: 'streams cut off after 1 MiB',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  rules: ({ podRanges }) =>
    sentBy(podRanges('node-1')).map(
      (sent) => `${sent} oifname != ${bridges} meta l4proto tcp ct original bytes > 1048576 drop`,
    ),
  breaks: { traffic: [{ symptom: 'cut off', from: podsOf('node-1'), where: 'across nodes', protocol: 'TCP' }] },
  says: [/^flows of .*node-1.* over TCP are cut off after about \d{3} KiB of a TCP stream/m],
  causes: 1,
  // Its clause goes red for others of the check, too.
  slow: true,
});
