import type { Measured, Series } from './measured.ts';

const paths = ['pod-ip', 'control', 'cluster-ip', 'node-port'] as const;
const columns = paths.flatMap((path) => [{ path, flow: 'established' } as const, { path, flow: 'new' } as const]);

/** Every sample of a measurement, a line for each block: any number of the report can be computed again from it. The format is described in its first lines, which begin with "#". */
export function rawCsv({ series, seed, form }: Measured): string {
  const head = [
    '# flatnet kube-proxy-latency 1: round trips in nanoseconds, one block a line, in the order in which they were taken',
    `# form ${form}, seed ${seed}`,
    '# where: whether both pods are on one node; from, to: their nodes; idle_ms: waited before every sample (0: back to back)',
    '# started_us: from the first block of the same from, to, protocol and idle_ms; service: which of the Services of the target',
    '# *_established: a packet of an established flow; *_new: the first packet of a flow (UDP), the connect (TCP)',
    '# control: the pod IP once more, to see what the instrument itself makes of two equal paths; empty: no answer, or not measured',
    '# order: the columns of the samples from left to right (1 to 8), in the order in which they were taken',
    ['where', 'from', 'to', 'protocol', 'idle_ms', 'block', 'started_us', 'service']
      .concat(
        columns.map(({ path, flow }) => `${path.replace('-', '_')}_${flow}`),
        'order',
      )
      .join(','),
  ];
  return `${[...head, ...series.flatMap(linesOf)].join('\n')}\n`;
}

function linesOf({ where, from, to, protocol, idleMs, cells, blocks }: Series): string[] {
  const at = columns.map(({ path, flow }) => cells.findIndex((cell) => cell.path === path && cell.flow === flow));
  return blocks.map(({ ns, order, service, startedUs }, block) =>
    [
      where,
      from,
      to,
      protocol,
      idleMs,
      block,
      startedUs,
      service,
      ...at.map((cell) => ns[cell] ?? ''),
      order.map((cell) => at.indexOf(cell) + 1).join(''),
    ].join(','),
  );
}
