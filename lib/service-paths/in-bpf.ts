import type { Survey } from '../cluster/model.ts';

/** Whether the network plugin translates what pods dial, and tracks their flows, in BPF maps of its own: kube-proxy's rules and conntrack see only the rest. */
export const inBpf = ({ cni }: Pick<Survey, 'cni'>): boolean => cni.name === 'cilium';
