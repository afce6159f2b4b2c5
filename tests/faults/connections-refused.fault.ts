import { nodeItself, podsOf } from './breaks.ts';
import { between, chainFault, othersThan } from './chain.ts';

/** Every so many connections are reset as they open, and the others pass: no load of the suite's own does that. */
const everyNth = 20;
/** A dial counts where its connection is refused, and one of twenty-eight after it. */
const share = (1 / everyNth) * (1 - (1 - 1 / everyNth) ** 28);

/** Of connections that other nodes' pods open to those of one node. */
export const connectionsRefusedNowAndThen = chainFault({
  name: 'connections refused now and then',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: ({ podRanges, lab }) =>
    othersThan('node-2', lab)
      .flatMap((node) => between(podRanges(node), podRanges('node-2')))
      .map(
        (packets) =>
          `${packets} tcp flags & (syn | ack) == syn numgen random mod ${everyNth} == 0 reject with tcp reset`,
      ),
  breaks: {
    traffic: [
      {
        symptom: 'refused',
        from: podsOf(),
        to: podsOf('node-2'),
        where: 'across nodes',
        protocol: 'TCP',
        opening: true,
        share,
      },
      // Those to the NodePorts of that node: the pods behind them are there.
      {
        symptom: 'refused',
        from: podsOf(),
        to: nodeItself('node-2'),
        where: 'across nodes',
        protocol: 'TCP',
        by: 'NodePort',
        opening: true,
        share,
      },
    ],
  },
  says: [/rejects .*node-2.* at times/],
  causes: 1,
  slow: true,
});
