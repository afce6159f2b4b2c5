import { join } from 'node:path';
import { buildFromModule } from './from-module.ts';
import type { Output } from './progress.ts';

/** The path of flanneld. */
export const buildFlannel = async (output: Output, signal?: AbortSignal): Promise<string> =>
  join(
    await buildFromModule(
      {
        name: 'flannel',
        module: 'github.com/flannel-io/flannel',
        programs: { flanneld: '' },
        sources: ['tencent-vpc/v20170312/vpc.go'],
      },
      output,
      signal,
    ),
    'flanneld',
  );
