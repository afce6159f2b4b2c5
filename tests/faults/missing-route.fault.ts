import { podsOf } from './breaks.ts';
import { ip } from './chain.ts';
import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const kept = '/run/missing-route';

/** One node has lost its route to another's pods: one direction of one pair. */
export const missingRoute: Fault = {
  name: 'missing route',
  when: 'before',
  plant: async ({ lab, podRange }) =>
    void (await sh(
      lab,
      'node-1',
      `${ip(podRange('node-3'))} route show ${podRange('node-3')} >${kept} && ip route del ${podRange('node-3')}`,
    )),
  undo: async ({ lab }) =>
    void (await sh(lab, 'node-1', `test ! -e ${kept} || { ip route replace $(cat ${kept}) && rm ${kept}; }`)),
  breaks: { traffic: [{ symptom: 'lost', from: { node: 'node-1' }, to: podsOf('node-3') }] },
  // flanneld puts back what it lacks every ten seconds without a tunnel; through user space there is one route for all pods.
  onlyOn: ['routed', 'flannel'],
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/node-1 has no working (IPv4 )?route to the pods of node-3/, /from node-1 to node-3/],
  causes: 1,
  slow: true,
};
