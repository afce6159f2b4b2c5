import { podsOf } from './breaks.ts';
import { chainFault } from './chain.ts';

const lossy = { symptom: 'lossy' } as const;

/** One packet in ten of all that one node forwards is lost, whichever way and protocol, between its own pods as well: its bridge asks the same rules. */
export const forwardingLossy = chainFault({
  name: 'loss of all that one node forwards',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => ['numgen random mod 10 == 0 drop'],
  breaks: {
    traffic: [
      { ...lossy, where: 'across nodes', from: podsOf('node-2') },
      { ...lossy, where: 'across nodes', to: podsOf('node-2') },
      { ...lossy, from: podsOf('node-2'), to: podsOf('node-2') },
    ],
  },
  says: [/drops at random on the path of all traffic (to pods )?that node-2 forwards/, /loses packets/],
  causes: 1,
  slow: true,
});
