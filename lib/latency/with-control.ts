import { resolutionOf } from '../statistics/finding.ts';
import type { Estimate } from '../statistics/interval.ts';
import type { Measurement } from '../verdict/measurement.ts';

type Numbers = Pick<Measurement, 'estimate' | 'lower' | 'upper' | 'level' | 'resolution' | 'control'>;

/** An estimate with its A/A control, as the report has it; `same`: what two equal paths give. */
export function withControl(
  { estimate, lower, upper, level, control }: Estimate & { control: Estimate },
  { same }: { same: number },
): Numbers {
  const holds = control.lower <= same && same <= control.upper;
  return {
    estimate,
    lower,
    upper,
    level,
    resolution: holds ? resolutionOf({ estimate, lower, upper, level }, control) : null,
    control: { lower: control.lower, upper: control.upper, level: control.level, holds },
  };
}
