import type { LabOptions } from '../../lab/index.ts';

/** The lab that `npm run check` brings up, where none is up. */
export const checkLab = {
  nodes: 3,
  proxy: 'iptables',
  families: ['IPv4', 'IPv6'],
  topology: 'routed',
  dns: true,
} as const satisfies Pick<LabOptions, 'nodes' | 'proxy' | 'families' | 'topology' | 'dns'>;
