import { buildFromModule } from './from-module.ts';
import type { Output } from './progress.ts';

/** A folder with Cilium's `agent`, `operator` and `cni`, what the agent compiles for the kernel (`bpf`) and the definitions of its API objects (`crds`). */
export const buildCilium = (output: Output, signal?: AbortSignal): Promise<string> =>
  buildFromModule(
    {
      name: 'cilium',
      module: 'github.com/cilium/cilium',
      programs: { agent: '/daemon', operator: '/operator', cni: '/plugins/cilium-cni' },
      sources: ['mcs-controllers/controllers.go'],
      // The operator's allocator of pod ranges; the others have no file with this tag, so that everything is compiled once.
      tags: ['ipam_provider_operator'],
      // As published; cgo would only be a second build of what they have in common.
      cgo: false,
      // Version, commit and date; without all three it takes itself for no version at all.
      stamp: (version) => `"github.com/cilium/cilium/pkg/version.ciliumVersion=${version.slice(1)} unknown unknown"`,
      folders: ['bpf', 'pkg/k8s/apis/cilium.io/client/crds'],
    },
    output,
    signal,
  );
