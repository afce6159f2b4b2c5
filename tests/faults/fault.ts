import type { Lab } from '../../lab/index.ts';
import type { Api } from '../../lib/cluster/index.ts';
import type { Run } from '../../lib/verdict/run.ts';

/** A probe pod as a fault may need to know it. */
export interface ProbePod {
  name: string;
  node: string;
  probe: string;
  ip: string;
  uid: string;
}

export interface Scene {
  lab: Lab;
  api: Api;
  /** The pod range of a node, "198.18.65.0/24". */
  podRange: (node: string) => string;
  /** The probes of the run that is going on; empty for a fault that is planted before. */
  pods: ProbePod[];
}

/** Something broken on purpose in the running cluster, and what the suite must say about it. */
export interface Fault {
  name: string;
  /** `running`: as soon as the probes have addresses. `checking`: when the first clause has its verdict. */
  when: 'before' | 'running' | 'checking';
  plant: (scene: Scene) => Promise<void>;
  undo: (scene: Scene) => Promise<void>;
  /** The clauses that fail, and no other does. */
  red: string[];
  /** Clauses that may fail besides, by chance: it needs two dials with one source port. */
  mayBeRed?: string[];
  /** Clauses that may be inconclusive; `some`: at least one is, whichever. */
  inconclusive: 'none' | 'some';
  verdict: Run['verdict'];
  /** What the causes, taken together, must say. */
  says: RegExp[];
  /** Can be planted on a dual-stack lab only. */
  needsIPv6?: true;
  /** At most so many causes are named. */
  causes: number;
}

const table = 'flatnet_fault';

/** Runs a shell command in a node's namespaces; throws with its error output when it fails. */
export async function sh(lab: Lab, node: string, command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.execInNode(node, ['sh', '-c', command]);
  if (exitCode !== 0) throw new Error(`${node}: ${command}: ${stderr}`);
  return stdout;
}

/** Adds one nftables chain with these rules to a node, in a table of its own. */
async function addChain(lab: Lab, options: { node: string; hook: string; rules: string[] }): Promise<void> {
  const { node, hook, rules } = options;
  const chain = hook.replaceAll(/\W+/g, '_');
  const script = `table inet ${table} {\n chain ${chain} {\n type ${hook};\n ${rules.join('\n ')}\n }\n}\n`;
  await sh(lab, node, `nft -f - <<'END'\n${script}END`);
}

/** Removes what `addChain` added; no error when it is not there. */
async function removeChains(lab: Lab, node: string): Promise<void> {
  await sh(lab, node, `nft delete table inet ${table} 2>/dev/null || true`);
}

/** A fault that is one chain on one node. */
export function chainFault(
  fault: Omit<Fault, 'plant' | 'undo' | 'when' | 'inconclusive' | 'verdict'> & {
    node: string;
    hook: string;
    rules: (scene: Scene) => string[];
    when?: Fault['when'];
    verdict?: Fault['verdict'];
  },
): Fault {
  const { node, hook, rules, when = 'before', verdict = 'not conformant', ...rest } = fault;
  return {
    ...rest,
    when,
    verdict,
    inconclusive: 'none',
    plant: async (scene) => addChain(scene.lab, { node, hook, rules: rules(scene) }),
    undo: async ({ lab }) => removeChains(lab, node),
  };
}
