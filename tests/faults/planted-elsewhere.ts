/** What is no fault of this folder, since it is no breach of the network, or takes a lab of its own: planted by another command, which holds the report to it. */
export interface PlantedElsewhere {
  readonly fault: string;
  /** Clauses that must say it. */
  readonly clauses: readonly string[];
  readonly must: string;
  readonly command: string;
}

const alone = (file: string): string => `npx mocha --no-config --no-package --timeout 300000 ${file}`;

export const plantedElsewhere: readonly PlantedElsewhere[] = [
  {
    fault: '5,000 Service ports that nobody dials: a long chain of rules',
    clauses: ['services/kube-proxy-latency'],
    must: 'measures that new flows cost more on both paths, through Services and to pods',
    command: 'npm run bench:kube-proxy -- --proof chain',
  },
  {
    fault: 'packets to ClusterIPs held in user space',
    clauses: ['services/kube-proxy-latency'],
    must: 'measures the delay, on the path through Services alone',
    command: 'npm run bench:kube-proxy -- --proof delay',
  },
  {
    fault: 'policies of the whole cluster, of somebody else, that deny everything',
    clauses: ['flat-network/pod-to-pod-across-nodes', 'policy/open-by-default'],
    must: 'no verdict, and the policies named; never *not conformant*',
    command: alone('tests/suite/hardened.test.ts'),
  },
  {
    fault: 'the API server away for 10 s',
    clauses: [],
    must: 'no clause red, and it is told',
    command: alone('tests/suite/api-away.test.ts'),
  },
  {
    fault: 'a node that goes in mid-run',
    clauses: [],
    must: 'no clause red, no verdict, and the node named',
    command: 'npm run check -- longer',
  },
  {
    fault: 'a probe killed for its memory in mid-run',
    clauses: [],
    must: 'no clause red, no verdict, and how the probe ended',
    command: 'npm run check -- longer',
  },
  {
    fault: 'nodes far apart: round trips of 200 ms, unsteady, with packets that come twice',
    clauses: [],
    must: 'no clause red, and faults planted beside it as red as ever',
    command: 'npm run check -- longer',
  },
  {
    fault: 'kubelet, kube-proxy, containerd, or the network’s agent restarted in mid-run',
    clauses: [],
    must: 'no verdict changed (the lab that is up: flannel, kube-router and Cilium, too)',
    command: alone('tests/suite/restarts.test.ts'),
  },
];
