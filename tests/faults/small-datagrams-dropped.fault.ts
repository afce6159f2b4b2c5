import { podsOf } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';

/** Short datagrams into the pods of one node vanish: as where a device counts the padding of short frames into their checksum. */
export const smallDatagramsDropped = chainFault({
  name: 'small datagrams dropped',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => [`iifname != ${bridges} meta l4proto udp udp length < 40 drop`],
  breaks: { traffic: [{ symptom: 'small lost', to: podsOf('node-2'), where: 'across nodes', protocol: 'UDP' }] },
  // 60 bytes with the header of IPv4.
  says: [/into node-2.* are lost below 32 bytes of UDP \(packets of (60|80) bytes\), and larger ones arrive/],
  causes: 1,
  // Its clause goes red for others of the check, too.
  slow: true,
});
