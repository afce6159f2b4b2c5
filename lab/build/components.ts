import { readFile, symlink } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { buildFailed } from '../errors.ts';
import { sourceFolder } from '../places.ts';
import { outcomeOf, run } from '../run.ts';
import { cached } from './cached.ts';
import { type Output, withProgress } from './progress.ts';

/** Names under which the one binary of `components/main.go` runs. */
const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];

/** CNI plugins the lab's nodes have in /opt/cni/bin. */
export const cniPlugins = ['bridge', 'ptp', 'host-local', 'loopback', 'portmap'];

const tags = 'seccomp,netgo,osusergo,no_btrfs,no_zfs,no_devmapper';

// No debug information anywhere, and no optimiser for the generated clients that nothing here runs often:
// from nothing 5 min 53 s on two cores, against 10 min with Go's own defaults.
const unused = [
  'k8s.io/client-go/applyconfigurations/...',
  'k8s.io/client-go/kubernetes/...',
  'k8s.io/client-go/informers/...',
  'k8s.io/kubernetes/pkg/generated/...',
];
const compilerFlags = [
  '-gcflags=all=-dwarf=false',
  ...unused.map((pattern) => `-gcflags=${pattern}=-N -l -dwarf=false`),
];

/** Fetching and compiling, each, on a slow machine. */
const buildLimitMs = 60 * 60_000;

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
    // The compiler's garbage collector costs a fifth of the time; the largest packages take under 3 GiB without it.
    const env = { CGO_ENABLED: '1', GOFLAGS: '', GOGC: totalmem() > 12 * 2 ** 30 ? 'off' : '200' };
    const go = (args: readonly string[], onLine?: (line: string) => void) =>
      outcomeOf('go', args, { cwd: sourceFolder, env, signal, limitMs: buildLimitMs, ...(onLine ? { onLine } : {}) });
    const packages = ['./components', './pause', ...(await tools(go, 'go.mod'))];

    const listed = await withProgress(
      output,
      'Fetching the Go modules of Kubernetes, etcd, containerd, runc and the CNI plugins',
      () => go(['list', '-deps', '-tags', tags, ...packages]),
    );
    if (listed.exitCode !== 0) throw buildFailed('the lab’s components', listed.stderr);
    const total = listed.stdout.split('\n').length;
    const builds = [
      ['build', '-v', ...flags, '-o', `${folder}/`, ...packages],
      // containerd 2.3 does not compile with the CRI API of Kubernetes 1.37, so that one library has its own version there.
      ['build', '-modfile=containerd.mod', '-v', ...flags, '-o', `${folder}/`, ...(await tools(go, 'containerd.mod'))],
    ];
    await withProgress(output, 'Compiling them, once: packages', async (done) => {
      const last: string[] = [];
      let compiled = 0;
      const onLine = (line: string) => {
        if (/^[\w./~-]+$/.test(line)) done(++compiled, total);
        else last.push(line);
      };
      for (const build of builds)
        if ((await go(build, onLine)).exitCode !== 0)
          throw buildFailed('the lab’s components', last.slice(-20).join('\n'));
    });
    for (const name of components) await symlink('components', join(folder, name));
  });
}

type Go = (args: readonly string[]) => Promise<{ stdout: string }>;

const tools = async (go: Go, modfile: string): Promise<string[]> =>
  (await go(['list', `-modfile=${modfile}`, 'tool'])).stdout.split('\n').filter(Boolean);

/** What the upstream makefiles tell the linker, so that each component knows its own version. */
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
