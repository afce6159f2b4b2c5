import { measured, type KnownMeasurement } from '../lib/verdict/measurement-names.ts';

/** `docs/measurements.md`: every measurement by its name. */
export function measurementsDocument(): string {
  const known: [string, KnownMeasurement][] = Object.entries(measured);
  const rows = known.map(
    ([name, { unit, better, by, what }]) =>
      `| \`${name}\` | ${unit} | ${better ?? '–'} | ${by === '' ? '–' : `\`${by.replaceAll(', ', '`, `')}\``} | ${what} |`,
  );
  return `# Measurements

Made from \`lib/verdict/measurement-names.ts\` by \`npm run schema\`; change it there.

In \`report.json\`, \`clauses[].measurements[]\` holds every number for comparing two runs: \`{name, subject, unit, estimate, lower,
upper, level, resolution, control, better}\`. A name and its subject together identify a measurement, in this run and in any other. A name
keeps its meaning and its unit.

* \`lower\` and \`upper\` are the interval at \`level\`: 0.95, or 1 where they are bounds. null: that end is open, or there is no interval.
* \`resolution\`: the smallest difference that could have been seen; a smaller one may exist. null: not known.
* \`control\`: the same with two equal paths. Where \`holds\` is false the instrument saw a difference that does not exist, and **the estimate does not count**.
* A measurement that a run could not make is absent; it is never 0.

| name | unit | better | distinguished by | what |
|---|---|---|---|---|
${rows.join('\n')}

Units: \`share\` is of 1; of a \`ratio\` 1 is no difference. Paths: \`pod-ip\`, \`cluster-ip\`, \`node-port\`, and \`control\`, the pod IP a second time.
`;
}
