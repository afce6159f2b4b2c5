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

## How long a run takes, beside upstream's suites

\`npm run bench:run-time\` prints where the time of runs goes on labs of its own, as medians: by phase, and by clause. A clause is charged with all that is done while it is checked, so that of several that share
work (dials, new Services, policies) the first pays. The same is in \`report.json\` (\`phases\`, \`clauses[].durationMs\`, in ms), and for one run in the [README](../README.md#a-healthy-run).

What is published of upstream's suites; they check other things, on other machines, so that only the order of magnitude compares:

* Kubernetes' e2e tests of NetworkPolicy: 900 s for 31 tests when they were rewritten, 3,146 s for the 32 before ([kubernetes/kubernetes#91592](https://github.com/kubernetes/kubernetes/pull/91592), a comment of 2020-10-25); the 25 of the time before that, 30 min to 1 h
  ([KEP-1611](https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/1611-network-policy-validation)). They are 48 now, with 9 pods each ([kubernetes/kubernetes#135721](https://github.com/kubernetes/kubernetes/issues/135721)); no time was found of these.
* Cyclonus, now policy-assistant: some 3 h 15 min for 112 tests ([kubernetes-sigs/network-policy-api#348](https://github.com/kubernetes-sigs/network-policy-api/issues/348)).
* The conformance tests, by Sonobuoy: *an hour or more* ([cncf/k8s-conformance](https://github.com/cncf/k8s-conformance/blob/master/instructions.md)); 3 to 4 h in one report of 2025 ([kubernetes-sigs/kubespray#12647](https://github.com/kubernetes-sigs/kubespray/issues/12647)).
`;
}
