import { nodeItself, podsCutOff, podsOf } from './breaks.ts';
import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const table = 52;
const priority = 5_270;

/** A rule of policy routing, as VPN clients make them, comes before the main table: `ip route` looks perfect, and nothing is sent to any pod. */
export const policyRouting: Fault = {
  name: 'policy routing',
  reported: ['tailscale/tailscale#14706', 'tailscale/tailscale#19876'],
  when: 'before',
  plant: async ({ lab }) =>
    void (await sh(
      lab,
      'node-1',
      [
        `ip route add unreachable 198.18.64.0/18 table ${table}`,
        `ip rule add pref ${priority} lookup ${table}`,
        `ip -6 route add unreachable 2001:2:0:6400::/56 table ${table}`,
        `ip -6 rule add pref ${priority} lookup ${table}`,
      ].join(' && '),
    )),
  undo: async ({ lab }) =>
    void (await sh(
      lab,
      'node-1',
      `for f in -4 -6; do ip $f rule del pref ${priority} 2>/dev/null; ip $f route flush table ${table} 2>/dev/null; done; true`,
    )),
  breaks: {
    traffic: [
      ...podsCutOff('node-1'),
      { symptom: 'lost', from: nodeItself('node-1'), to: podsOf() },
      { symptom: 'lost', from: podsOf(), to: nodeItself('node-1') },
      // What goes through a Service is routed, and not bridged.
      { symptom: 'lost', from: { node: 'node-1' }, to: podsOf('node-1'), by: 'ClusterIP' },
    ],
  },
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/^node-1 has no working .*route to .*EHOSTUNREACH\); rule 5270 \(table 52\) of policy routing comes before/m],
  causes: 1,
  slow: true,
};
