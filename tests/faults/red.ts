/** What turns red when one node's pods and the rest of the cluster lose packets for each other, in whatever way. */
export const apartFromTheRest = [
  'flat-network/pod-to-pod-across-nodes',
  'flat-network/node-to-pod',
  'flat-network/pod-to-node',
  'flat-network/pod-to-node-without-nat',
  'flat-network/new-pods-join',
  'protocols/tcp-and-udp-on-any-port',
];
