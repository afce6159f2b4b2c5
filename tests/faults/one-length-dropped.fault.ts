import { podsOf } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';

/** Datagrams of 513 bytes alone into the pods of one node vanish, as questions and as answers. */
export const oneLengthDropped = chainFault({
  name: 'one length dropped',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  // With the header of UDP.
  rules: () => [`iifname != ${bridges} meta l4proto udp udp length 521 drop`],
  breaks: { traffic: [{ symptom: 'length lost', to: podsOf('node-2'), where: 'across nodes', protocol: 'UDP' }] },
  // 541 bytes with the header of IPv4.
  says: [
    /into node-2 .*lost in datagrams of 513 bytes of UDP( \(packets of (541|561) bytes\))?, and shorter and longer/,
  ],
  causes: 1,
  // Its clause goes red for others of the check, too.
  slow: true,
});
