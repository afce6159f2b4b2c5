import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const going = '/run/policy-peers-forgotten';

/** The sets of addresses that a policy's peers are looked up in are empty on one node: as after an agent that could not fill them. */
export const policyPeersForgotten: Fault = {
  name: 'policy peers forgotten on one node',
  reported: ['cloudnativelabs/kube-router#378', 'cloudnativelabs/kube-router#2059'],
  onlyOn: ['kube-router'],
  triesPolicies: true,
  args: ['--clause', 'policy'],
  when: 'before',
  // kube-router fills them anew with every change.
  plant: async ({ lab }) =>
    void (await sh(
      lab,
      'node-2',
      `touch ${going}; (while test -e ${going}; do
        for one in $(ipset list -n | grep -E '^KUBE-SRC-'); do ipset flush $one; done; sleep 0.1
      done) >/dev/null 2>&1 &`,
    )),
  undo: async ({ lab }) => void (await sh(lab, 'node-2', `rm -f ${going}`)),
  breaks: { facts: ['policies forget their peers'] },
  inconclusive: 'none',
  verdict: 'conformant',
  says: [/on node-2, NetworkPolicies deny what they allow/, /to pods on node-2/, /from pods on node-2/],
  causes: 1,
};
