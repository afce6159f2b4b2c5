import { podsOf } from './breaks.ts';
import { bridges, chainFault, sentTo } from './chain.ts';

/** A filter without memory of connections, as a network ACL is: nothing to ephemeral ports, so that answers to a node's pods are lost. */
export const answersDropped = chainFault({
  name: 'answers dropped',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: ({ podRange }) =>
    sentTo([podRange('node-2')]).map((packets) => `iifname != ${bridges} ${packets} tcp dport 32768-60999 drop`),
  breaks: {
    traffic: [
      { symptom: 'lost', to: podsOf('node-2'), where: 'across nodes', protocol: 'TCP', ports: [32_768, 60_999] },
    ],
  },
  says: [/answering traffic .*node-2 over TCP/, /stateless packet filter/, /ports 32768-/],
  causes: 1,
  slow: true,
});
