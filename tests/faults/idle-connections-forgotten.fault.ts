import { podsOf } from './breaks.ts';
import { chainFault } from './chain.ts';
import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const settings = 'net.netfilter.nf_conntrack_tcp_timeout_established net.netfilter.nf_conntrack_tcp_loose';
const node = 'node-2';

const drop = chainFault({
  name: 'idle connections forgotten',
  reported: ['eksctl-io/eksctl#8871', 'aws/karpenter-provider-aws#8070'],
  node,
  hook: 'filter hook forward priority -10',
  rules: () => ['ct state invalid drop'],
  breaks: {
    traffic: [
      { symptom: 'forgotten', from: podsOf(node), protocol: 'TCP' },
      { symptom: 'forgotten', to: podsOf(node), protocol: 'TCP' },
    ],
  },
  verdict: 'conformant',
  says: [
    /idle connections of .* node-2 .*over TCP are forgotten within \d+ s, and what comes then is dropped in silence/,
  ],
  onlyOn: ['routed'],
  causes: 1,
});

/** Connection tracking of one node forgets what is idle for 8 s, takes up nothing that it does not know from the start, and drops what it does not know. */
export const idleConnectionsForgotten: Fault = {
  ...drop,
  args: ['--hold', '12'],
  plant: async (scene) => {
    await sh(
      scene.lab,
      node,
      `mkdir -p /run/flatnet-fault && sysctl ${settings} > /run/flatnet-fault/sysctl && sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=8 net.netfilter.nf_conntrack_tcp_loose=0`,
    );
    await drop.plant(scene);
  },
  undo: async (scene) => {
    await drop.undo(scene);
    await sh(
      scene.lab,
      node,
      'test ! -e /run/flatnet-fault/sysctl || sysctl -p /run/flatnet-fault/sysctl; rm -rf /run/flatnet-fault',
    );
  },
};
