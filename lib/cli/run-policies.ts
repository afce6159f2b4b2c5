import { markNamespace, markPods, standPolicies, type Api, type Marks, type Probe } from '../cluster/index.ts';
import type { RunPolicies } from '../verdict/session.ts';

/** The run's own NetworkPolicies, of which none stands yet. */
export function runPolicies(
  api: Api,
  { pods, namespace, marks, ...about }: Omit<RunPolicies, 'stand'> & { pods: readonly Probe[]; marks: Marks },
): RunPolicies {
  let before: string[] = [];
  let labelled: Omit<Parameters<RunPolicies['stand']>[0], 'policies'> = {};
  let guestNamespace: string | undefined;
  return {
    ...about,
    namespace,
    guests: async () => {
      const made = await about.guests();
      guestNamespace = made.probes[0]?.namespace;
      return made;
    },
    stand: async ({ policies, ...labels }) => {
      const standing = before;
      // What may have been made is removed, whatever was answered.
      before = [...new Set([...standing, ...policies.map(({ metadata }) => metadata.name)])];
      await standPolicies(api, { namespace, before: standing, policies, marks });
      before = policies.map(({ metadata }) => metadata.name);
      const had = labelled;
      labelled = labels;
      await markPods(api, { namespace, pods, before: had.labels, labels: labels.labels });
      if (guestNamespace !== undefined)
        await markNamespace(api, { name: guestNamespace, before: had.guestLabels, labels: labels.guestLabels });
    },
  };
}
