import { bringBack, kubeRouter } from './agents.ts';
import { nodeItself, podsOf } from './breaks.ts';
import { ip } from './chain.ts';
import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const kept = '/run/missing-route';
const units = '/etc/flatnet/services';
const agents = ['flanneld', 'kube-router'];

/** One node has lost its route to another's pods: one direction of one pair. */
export const missingRoute: Fault = {
  name: 'missing route',
  when: 'before',
  // Where an agent sets routes it is stopped: it would put back what is missing.
  plant: async ({ lab, podRange }) => {
    const range = podRange('node-3');
    await sh(lab, 'node-1', agents.map((one) => `test ! -e ${units}/${one} || flatnet-service stop ${one}`).join('; '));
    await sh(lab, 'node-1', `${ip(range)} route show ${range} >${kept} && ${ip(range)} route del ${range}`);
  },
  undo: async ({ lab, podRange }) => {
    const restore = `${ip(podRange('node-3'))} route replace $(cat ${kept})`;
    await sh(lab, 'node-1', `test ! -e ${kept} || { ${restore} && rm ${kept}; }`);
    if (lab.topology === 'kube-router') await bringBack(lab, 'node-1', { agent: kubeRouter, by: 'start' });
    else await sh(lab, 'node-1', `test ! -e ${units}/flanneld || flatnet-service start flanneld`);
  },
  breaks: { traffic: [{ symptom: 'lost', from: { node: 'node-1' }, to: podsOf('node-3') }] },
  onlyOn: ['routed', 'kube-router'],
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/node-1 has no working (IPv4 )?route to the pods of node-3/, /from node-1 to node-3/],
  causes: 1,
  slow: true,
};

/** The same where what pods send to nodes is masqueraded: answers to that need no route to pods. (Through user space there is one route for all pods.) */
export const missingRouteBesideMasquerade: Fault = {
  ...missingRoute,
  name: 'missing route beside a masquerade',
  breaks: {
    traffic: [
      { symptom: 'lost', from: podsOf('node-1'), to: podsOf('node-3') },
      { symptom: 'lost', from: nodeItself('node-1'), to: podsOf('node-3'), opening: true },
    ],
  },
  onlyOn: ['flannel', 'flannel-host-gw'],
};
