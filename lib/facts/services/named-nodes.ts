const namedAtMost = 3;

/** "node-1, node-2, node-3 and 2 more nodes". */
export function namedNodes(nodes: readonly string[]): string {
  const more = nodes.length > namedAtMost ? ` and ${nodes.length - namedAtMost} more nodes` : '';
  return `${nodes.slice(0, namedAtMost).join(', ')}${more}`;
}
