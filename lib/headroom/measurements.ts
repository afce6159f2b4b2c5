import { withControl } from '../latency/with-control.ts';
import type { NodeKernel } from '../service-paths/kernels.ts';
import { measurementOf, type Measurement } from '../verdict/measurement.ts';
import type { Fill } from './conntrack.ts';
import type { Ratio } from './ratio.ts';

/** What was read off the nodes, and what the load found. `ratios`: null when the network was not loaded. */
export function headroomMeasurements(known: {
  fills: readonly Fill[];
  kernels: readonly NodeKernel[];
  services: number | null;
  ratios: readonly Ratio[] | null;
}): Measurement[] {
  const { fills, kernels, services, ratios } = known;
  return [
    ...(services === null ? [] : [measurementOf('services/in-cluster', {}, { estimate: services })]),
    ...fills.map(({ node, share }) => measurementOf('conntrack/fill', { node }, { estimate: share })),
    ...kernels.flatMap(linkSpeeds),
    ...(ratios ?? []).flatMap(loadMeasurements),
  ];
}

function linkSpeeds({ node, links }: NodeKernel): Measurement[] {
  return links.flatMap(({ name: link, hardware, speedMbps }) =>
    hardware && speedMbps !== null && speedMbps > 0
      ? [measurementOf('link/speed', { node, link }, { estimate: 1e6 * speedMbps })]
      : [],
  );
}

function loadMeasurements({ where, protocol, ratio, control, perSecond, lost }: Ratio): Measurement[] {
  const place = { where, protocol };
  const [rate, share] =
    protocol === 'TCP'
      ? (['load/throughput', 'load/throughput-ratio'] as const)
      : (['load/packet-rate', 'load/packet-rate-ratio'] as const);
  return [
    measurementOf(rate, { ...place, path: 'pod-ip' }, { estimate: perSecond.podIP }),
    measurementOf(rate, { ...place, path: 'cluster-ip' }, { estimate: perSecond.clusterIP }),
    measurementOf(
      share,
      { ...place, path: 'cluster-ip', minus: 'pod-ip' },
      withControl({ ...ratio, control }, { same: 1 }),
    ),
    ...(protocol === 'UDP' ? [measurementOf('load/lost', place, { estimate: lost })] : []),
  ];
}
