import { join } from 'node:path';
import { buildFromModule } from './from-module.ts';
import type { Output } from './progress.ts';

/** The path of CoreDNS, with the plugins of kubeadm's Corefile alone: all of them take several times as long to compile. */
export const buildCoreDns = async (output: Output, signal?: AbortSignal): Promise<string> => {
  const module = 'github.com/coredns/coredns';
  const folder = await buildFromModule(
    {
      name: 'coredns',
      module,
      programs: { coredns: '.' },
      sources: ['main.go'],
      cgo: false,
      stamp: (version) => `${module}/coremain.GitCommit=${version}`,
    },
    output,
    signal,
  );
  return join(folder, 'coredns');
};
