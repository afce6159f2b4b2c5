import { buildFromModule } from './from-module.ts';
import type { Output } from './progress.ts';

/** The path of flanneld. */
export const buildFlannel = (output: Output, signal?: AbortSignal): Promise<string> =>
  buildFromModule(
    {
      name: 'flannel',
      module: 'github.com/flannel-io/flannel',
      main: '',
      binary: 'flanneld',
      sources: ['tencent-vpc/v20170312/vpc.go'],
    },
    output,
    signal,
  );
