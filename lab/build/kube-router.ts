import { buildFromModule } from './from-module.ts';
import type { Output } from './progress.ts';

/** The path of kube-router. */
export const buildKubeRouter = (output: Output, signal?: AbortSignal): Promise<string> =>
  buildFromModule(
    {
      name: 'kube-router',
      module: 'github.com/cloudnativelabs/kube-router/v2',
      main: '/cmd/kube-router',
      binary: 'kube-router',
    },
    output,
    signal,
  );
