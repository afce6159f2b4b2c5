import { podsOf } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';

/** Pods on one node can't reach each other, but can reach everybody else. */
export const sameNodeDropped = chainFault({
  name: 'same node',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => [`iifname ${bridges} oifname ${bridges} drop`],
  breaks: { traffic: [{ symptom: 'lost', from: podsOf('node-2'), to: podsOf('node-2') }] },
  says: [/within node-2/, /keeps its own pods apart/],
  causes: 1,
});
