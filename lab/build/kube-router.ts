import { join } from 'node:path';
import { buildFromModule } from './from-module.ts';
import type { Output } from './progress.ts';

/** The path of kube-router. */
export const buildKubeRouter = async (output: Output, signal?: AbortSignal): Promise<string> =>
  join(
    await buildFromModule(
      {
        name: 'kube-router',
        module: 'github.com/cloudnativelabs/kube-router/v2',
        programs: { 'kube-router': '/cmd/kube-router' },
      },
      output,
      signal,
    ),
    'kube-router',
  );
