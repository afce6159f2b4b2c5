import type { Survey } from '../cluster/model.ts';

/** Whether Cilium, chained to another plugin or not, translates what pods dial, and tracks their flows, in BPF maps of its own: kube-proxy's rules and conntrack see only the rest. Its programs are at each pod in either case. */
export const inBpf = ({ cni }: Pick<Survey, 'cni'>): boolean => [cni.name, cni.policies?.name].includes('cilium');
