import { nodeItself } from './breaks.ts';
import { chainFault } from './chain.ts';

/** A filter of one node drops its own datagrams to Services: one direction, one protocol, and nothing of its pods'. */
export const nodeToServices = chainFault({
  name: "a node's datagrams to Services",
  node: 'node-1',
  hook: 'filter hook output priority 0',
  // Answers to its own pods, which it gives on the host network, are no datagrams to Services.
  rules: () => ['ct direction original ct status dnat meta l4proto udp drop'],
  breaks: {
    traffic: [
      { symptom: 'lost', by: 'ClusterIP', from: nodeItself('node-1'), protocol: 'UDP', opening: true },
      // By a port of another node they are translated there.
      {
        symptom: 'lost',
        by: 'NodePort',
        from: nodeItself('node-1'),
        to: nodeItself('node-1'),
        protocol: 'UDP',
        opening: true,
      },
    ],
  },
  says: [/through Services from node-1 that it translates itself over UDP/],
  causes: 1,
});
