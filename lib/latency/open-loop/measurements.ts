import { measurementOf, type Measurement } from '../../verdict/measurement.ts';
import { withControl } from '../with-control.ts';
import type { OpenLoopArm } from './arms.ts';
import type { OpenLoopDifference, OpenLoopGroup } from './estimate.ts';

/** Every estimate of an open loop that says something of the network. A percentile for which there are too few packets is left out. */
export function openLoopMeasurements(groups: readonly OpenLoopGroup[]): Measurement[] {
  return groups.flatMap(({ where, arms, differences }) => [
    ...arms.flatMap((arm) => armMeasurements(where, arm)),
    ...differences.map((difference) => differenceMeasurement(where, difference)),
  ]);
}

function armMeasurements(where: OpenLoopGroup['where'], arm: OpenLoopArm): Measurement[] {
  const { path, packets, lost, loss, roundTrip, variation, variationP999, longestGap } = arm;
  const subject = { where, path };
  const found: [Parameters<typeof measurementOf>[0], number | null | undefined, object?][] = [
    ['stream/round-trip/p50', roundTrip?.p50],
    ['stream/round-trip/p99', roundTrip?.p99],
    ['stream/variation/p999', variation?.p999, variationP999 ?? {}],
    ['stream/longest-gap', longestGap],
    ['stream/lost', packets === 0 ? null : lost / packets, loss],
  ];
  return [
    ...found.flatMap(([name, estimate, interval]) =>
      estimate == null ? [] : [measurementOf(name, subject, { estimate, ...interval })],
    ),
    ...(['there', 'back'] as const).flatMap((way) => {
      const jitter = way === 'there' ? arm.jitterThere : arm.jitterBack;
      if (jitter === null) return [];
      const { p50, lower, upper } = jitter;
      return [measurementOf('stream/jitter', { ...subject, way }, { estimate: p50, lower, upper })];
    }),
  ];
}

function differenceMeasurement(where: OpenLoopGroup['where'], difference: OpenLoopDifference): Measurement {
  const subject = { where, path: difference.path, minus: 'pod-ip' } as const;
  const numbers = withControl(difference, { same: 0 });
  switch (difference.name) {
    case 'p99':
      return measurementOf('stream/p99-minus-pod-ip', subject, numbers);
    case 'jitter there':
      return measurementOf('stream/jitter-minus-pod-ip', { ...subject, way: 'there' }, numbers);
    case 'jitter back':
      return measurementOf('stream/jitter-minus-pod-ip', { ...subject, way: 'back' }, numbers);
  }
}
