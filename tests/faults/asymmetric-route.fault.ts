import { nodeAddresses } from '../../lab/addresses.ts';
import { podsOf } from './breaks.ts';
import { inFamilyOf, ip } from './chain.ts';
import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const kept = '/run/asymmetric-route';

/**
 * One node sends what is for another's pods by a third: as after a router that learnt a route twice. The third sees half of each
 * connection, and kube-proxy's rules there drop what connection tracking holds invalid.
 */
export const asymmetricRoute: Fault = {
  name: 'asymmetric route',
  reported: ['kubernetes/kubernetes#94861', 'metallb/metallb#1887'],
  when: 'before',
  plant: async ({ lab, podRange }) =>
    void (await sh(
      lab,
      'node-2',
      `${ip(podRange('node-1'))} route show ${podRange('node-1')} >${kept} && ip route replace ${podRange('node-1')} via ${inFamilyOf(podRange('node-1'), nodeAddresses(3))}`,
    )),
  undo: async ({ lab }) =>
    void (await sh(lab, 'node-2', `test ! -e ${kept} || { ip route replace $(cat ${kept}) && rm ${kept}; }`)),
  breaks: {
    traffic: [{ symptom: 'lost', from: { node: 'node-2' }, to: podsOf('node-1'), protocol: 'TCP', family: 'IPv4' }],
  },
  onlyOn: ['routed'],
  // Its rules in nftables do not drop what connection tracking holds invalid: there all passes.
  onlyBeside: 'iptables',
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/^node-2 sends what is for the pods of node-1 by node-3 \(198\.18\.0\.13\): node-3 sees only one direction/m],
  causes: 1,
  slow: true,
};
