import { podsOf } from './breaks.ts';
import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const plugin = '/opt/cni/bin/host-local';

/** The address management of one node forgets what it gave away: every pod there gets the same address. */
export const oneAddressTwice: Fault = {
  name: 'one address twice',
  when: 'before',
  plant: async ({ lab }) => {
    // One at a time: two that run at once may still see what the other gave away.
    const forgetful = `#!/bin/sh\\nif [ "$CNI_COMMAND" = ADD ]; then\\n  exec 9>/run/forgetful.lock && flock 9\\n  rm -rf /var/lib/cni/networks/*\\nfi\\nexec ${plugin}.real\\n`;
    await sh(lab, 'node-2', `mv ${plugin} ${plugin}.real && printf '${forgetful}' >${plugin} && chmod +x ${plugin}`);
  },
  undo: async ({ lab }) => void (await sh(lab, 'node-2', `test ! -e ${plugin}.real || mv ${plugin}.real ${plugin}`)),
  breaks: {
    facts: ['an address has two owners'],
    // What the API server answers them is not asked for.
    traffic: [{ symptom: 'lost', from: { roles: ['pod', 'fresh pod', 'node'] }, to: podsOf('node-2') }],
  },
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/belongs to .*node-2\/pod-a and node-2\/pod-b/, /gives addresses away more than once/],
  causes: 1,
  slow: true,
};
