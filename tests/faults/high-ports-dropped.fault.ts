import { chainFault } from './fault.ts';

/** A packet filter that lets new connections in on low ports only. */
export const highPortsDropped = chainFault({
  name: 'port range',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  rules: () => ['iifname "eth0" ct state new th dport > 40000 drop'],
  red: ['protocols/tcp-and-udp-on-any-port'],
  says: [/node-1/, /ports 40001-65535/],
  causes: 1,
});
