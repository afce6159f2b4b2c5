import { createRequire } from 'node:module';
import { DEFAULT_IMAGE, type NodeFacts } from '../cluster/index.ts';
import type { OngoingRun } from '../verdict/create-run.ts';
import type { Run } from '../verdict/run.ts';
import type { Options } from './options/options.ts';
import type { OpenTarget } from './target/open-target.ts';

/** The suite and the cluster under test, as far as known. */
export function aboutRun(
  { known: { survey, families, proxyModes } }: OngoingRun,
  { options, open }: { options: Options; open: OpenTarget | null },
): Pick<Run, 'suite' | 'cluster'> {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const suite = { version, image: options.image ?? DEFAULT_IMAGE, command: process.argv.slice(2) };
  if (survey === null || open === null) return { suite, cluster: null };
  return {
    suite,
    cluster: {
      target: open.name,
      server: survey.server,
      version: survey.version,
      nodes: survey.nodes.map(reportedNode),
      families,
      podRanges: survey.podRanges.map(({ range }) => range),
      serviceRanges: survey.serviceRanges.map(({ range }) => range),
      proxyMode: proxyModes,
      cni: survey.cni,
    },
  };
}

type ReportedNode = NonNullable<Run['cluster']>['nodes'][number];

function reportedNode({ notReadyFor: _why, ageMs: _age, addresses, ...node }: NodeFacts): ReportedNode {
  return { ...node, addresses: addresses.map(({ address }) => address) };
}
