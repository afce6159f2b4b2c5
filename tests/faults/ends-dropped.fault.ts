import { podsOf } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';

/** Segments that end a connection vanish on their way into the pods of one node: what was opened there stays open for ever. */
export const endsDropped = chainFault({
  name: 'ends of connections dropped',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => [`iifname != ${bridges} tcp flags & fin == fin drop`],
  breaks: { traffic: [{ symptom: 'not closed', to: podsOf('node-2'), where: 'across nodes', protocol: 'TCP' }] },
  says: [/^connections of .*into node-2.* are not closed: what ends them \(a FIN\)/m],
  causes: 1,
  // Its clause goes red for others of the check, too.
  slow: true,
});
