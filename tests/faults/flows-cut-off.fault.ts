import { podsOf } from './breaks.ts';
import { bridges, chainFault, sentBy } from './chain.ts';

/** What the pods of one node send to others is dropped once a flow of UDP has lasted: as by a flow table that takes over such flows and has no way for them. */
export const flowsCutOff = chainFault({
  name: 'flows cut off',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  rules: ({ podRanges }) =>
    sentBy(podRanges('node-1')).map(
      (sent) => `${sent} oifname != ${bridges} meta l4proto udp ct original packets > 50 drop`,
    ),
  breaks: { traffic: [{ symptom: 'cut off', from: podsOf('node-1'), where: 'across nodes', protocol: 'UDP' }] },
  says: [/^flows of .*node-1.* are cut off after 50 datagrams/m],
  causes: 1,
  // Its clause goes red for others of the check, too.
  slow: true,
});
