import { podsOf } from './breaks.ts';
import { bridges, chainFault } from './chain.ts';

/** A packet filter that lets new connections in on low ports only. */
export const highPortsDropped = chainFault({
  name: 'port range',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  rules: () => [`iifname != ${bridges} ct state new th dport > 40000 drop`],
  breaks: {
    traffic: [
      { symptom: 'lost', to: podsOf('node-1'), where: 'across nodes', ports: [40_001, 65_535], opening: true },
      // Once an idle flow of UDP is forgotten (30 s), what its server sends is a new flow, to the client's port.
      { symptom: 'forgotten', to: podsOf('node-1'), where: 'across nodes', protocol: 'UDP', later: true },
    ],
  },
  says: [/node-1/, /ports 40001-65535/],
  causes: 1,
  slow: true,
});
