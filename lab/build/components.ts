import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceFolder } from '../places.ts';
import { run } from '../run.ts';
import { cached } from './cached.ts';
import { compile, compilerFlags, type Go, goIn } from './compile.ts';
import type { Output } from './progress.ts';

/** Names under which the one binary of `components/main.go` runs. */
const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];

/** CNI plugins in /opt/cni/bin of the lab's nodes. */
export const cniPlugins = ['bridge', 'ptp', 'host-local', 'loopback', 'portmap'];

const tags = 'seccomp,netgo,osusergo,no_btrfs,no_zfs,no_devmapper';

/** A folder with every binary of the lab, built from the pinned modules the first time; it holds nothing else. */
export async function buildComponents(output: Output, signal?: AbortSignal): Promise<string> {
  const read = (file: string) => readFile(join(sourceFolder, file), 'utf8');
  const sources = await Promise.all(
    ['go.mod', 'go.sum', 'containerd.mod', 'containerd.sum', 'components/main.go', 'pause/main.go'].map(read),
  );
  const flags = [
    '-trimpath',
    '-buildvcs=false',
    '-tags',
    tags,
    ...compilerFlags,
    `-ldflags=-s -w ${versions(sources[0] ?? '')}`,
  ];
  const goVersion = await run('go', ['version']);
  return cached('components', [...sources, ...flags, goVersion], async (folder) => {
    const go = goIn(sourceFolder, { signal });
    const packages = ['./components', './pause', ...(await tools(go, 'go.mod'))];
    await compile(
      go,
      {
        modules: 'Kubernetes, etcd, containerd, runc and the CNI plugins',
        what: 'the lab’s components',
        listed: ['-tags', tags, ...packages],
        builds: [
          [...flags, '-o', `${folder}/`, ...packages],
          // containerd 2.3 does not compile with the CRI API of Kubernetes 1.37, so that one library has its own version there.
          ['-modfile=containerd.mod', ...flags, '-o', `${folder}/`, ...(await tools(go, 'containerd.mod'))],
        ],
      },
      output,
    );
    for (const name of components) await symlink('components', join(folder, name));
  });
}

const tools = async (go: Go, modfile: string): Promise<string[]> =>
  (await go(['list', `-modfile=${modfile}`, 'tool'])).stdout.split('\n').filter(Boolean);

/** The upstream makefiles' linker flags, so that each component knows its version. */
function versions(goMod: string): string {
  const versionOf = (module: string) =>
    new RegExp(`\\s${module.replaceAll('.', '\\.')} (v[\\w.+-]+)`).exec(goMod)?.[1] ?? 'unknown';
  const kubernetes = versionOf('k8s.io/kubernetes');
  const [major = '', minor = ''] = kubernetes.slice(1).split('.');
  const variables = {
    'k8s.io/component-base/version.gitVersion': kubernetes,
    'k8s.io/component-base/version.gitMajor': major,
    'k8s.io/component-base/version.gitMinor': minor,
    'k8s.io/component-base/version.gitTreeState': 'clean',
    'github.com/containerd/containerd/v2/version.Version': versionOf('github.com/containerd/containerd/v2'),
    'github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion': versionOf(
      'github.com/containernetworking/plugins',
    ),
  };
  return Object.entries(variables)
    .map(([name, value]) => `-X ${name}=${value}`)
    .join(' ');
}
