import { channelMs, type Probe } from '../cluster/model.ts';
import type { KernelRecord } from '../conversations/kernel.ts';

export interface NodeKernel extends Omit<KernelRecord, 'kind'> {
  node: string;
}

/** What the kernels of these host-network probes' nodes say; a node that does not answer is left out. */
export async function askKernels(nodes: readonly Probe[]): Promise<NodeKernel[]> {
  const answers = await Promise.all(
    nodes.map(async ({ node, channel }): Promise<NodeKernel[]> => {
      const reply = await channel.request({ kind: 'kernel' }, { deadlineMs: channelMs });
      return reply.whole ? reply.records.map(({ kind: _kind, ...said }) => ({ node, ...said })) : [];
    }),
  );
  return answers.flat();
}
