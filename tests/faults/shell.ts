import type { Lab } from '../../lab/index.ts';

/** Runs a shell command in a node's namespaces; throws with its error output when it fails. */
export async function sh(lab: Lab, node: string, command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.execInNode(node, ['sh', '-c', command]);
  if (exitCode !== 0) throw new Error(`${node}: ${command}: ${stderr}`);
  return stdout;
}
