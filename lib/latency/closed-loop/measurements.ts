import type { Where, Path } from '../../service-paths/path.ts';
import { measurementOf, type Measurement } from '../../verdict/measurement.ts';
import { withControl } from '../with-control.ts';
import type { Arm, Difference, Group } from './estimate.ts';
import type { FlowKind, Measured } from './measured.ts';
import { regimeWords } from './words.ts';

type Place = { where: Where; protocol: Group['protocol']; regime: string };

/** Every estimate of the closed loop, and how long the Services took to be programmed. */
export function closedLoopMeasurements(
  { programmed }: Pick<Measured, 'programmed'>,
  groups: readonly Group[],
): Measurement[] {
  return [
    ...groups.flatMap(({ where, protocol, arms, differences, ...group }) => {
      const place = { where, protocol, regime: regimeWords(group) };
      return [
        ...arms.flatMap((arm) => armMeasurements(place, arm)),
        ...differences.map((difference) => differenceMeasurement(place, difference)),
      ];
    }),
    ...programmed.map(({ from, slowestMs }) =>
      measurementOf('services/programmed-after', { from }, { estimate: slowestMs }),
    ),
  ];
}

function armMeasurements(
  place: Place,
  { path, flow, p50, p90, p99, interval, lost, samples, loss }: Arm,
): Measurement[] {
  const subject = { ...place, path, flow };
  return [
    measurementOf('flow/round-trip/p50', subject, { estimate: p50, ...interval }),
    measurementOf('flow/round-trip/p90', subject, { estimate: p90 }),
    measurementOf('flow/round-trip/p99', subject, { estimate: p99 }),
    measurementOf('flow/lost', subject, { estimate: lost / (samples + lost), ...loss }),
  ];
}

function differenceMeasurement(place: Place, difference: Difference): Measurement {
  const { name, path } = difference;
  const subject = { ...place, path };
  if (name === 'new minus established')
    return measurementOf('flow/new-minus-established', subject, withControl(difference, { same: 0 }));
  const flow: FlowKind = name === 'new, minus pod IP' ? 'new' : 'established';
  const minus: Path = 'pod-ip';
  return measurementOf('flow/minus-pod-ip', { ...subject, minus, flow }, withControl(difference, { same: 0 }));
}
