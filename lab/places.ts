import { homedir } from 'node:os';
import { join } from 'node:path';

/** Which lab is up and who started it; under /run, so that a reboot clears it. */
export const stateFolder = '/run/flatnet';
export const stateFile = join(stateFolder, 'lab.json');

/** The machine's limits before a lab raised them. */
export const limitsFile = join(stateFolder, 'limits.json');

/** Is there while the folder of `ip netns` is a mount point by a lab. */
export const namespacesNote = join(stateFolder, 'namespaces-folder');

/** Everything a running lab writes; removed as a whole. */
export const labFolder = '/var/lib/flatnet';
export const kubeconfigFile = join(labFolder, 'kubeconfig');
export const certificatesFolder = join(labFolder, 'pki');

/** One node's folder, and what is in it. `files` holds what the node sees at the same paths. */
export const homeOf = (node: string) => {
  const home = join(labFolder, 'nodes', node);
  return {
    home,
    files: join(home, 'files'),
    run: join(home, 'run'),
    log: join(home, 'log'),
    containerd: join(home, 'containerd'),
  };
};

/** The log of one component, as seen from outside the node. */
export const logOf = (node: string, component: string): string => join(homeOf(node).log, `${component}.log`);

/** What is built once and cached, for this user. */
export const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'flatnet');

/** The lab's own sources. */
export const sourceFolder = import.meta.dirname;
