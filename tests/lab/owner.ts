// A process that owns a lab, as a test run does, and then does nothing.
import { startLab } from '../../lab/index.ts';

await startLab({ nodes: 1, proxy: 'iptables', dualStack: false, topology: 'routed', log: () => undefined });
console.log('up');
setInterval(() => undefined, 60_000);
