/** A pod of somebody else's, which looks as much like a probe as it can, while a run makes its policies. */
import { setTimeout as pause } from 'node:timers/promises';
import { probeImage } from '../../lab/index.ts';
import { sh } from '../faults/shell.ts';
import { untilDone } from './until-done.ts';
import type { BorrowedLab } from './lab.ts';
import { namesOfNamespaces } from './namespaces.ts';

const port = 8080;
/** The labels of a probe. */
const labels = { 'app.kubernetes.io/managed-by': 'flatnet', 'flatnet/probe': 'pod-a' };
const everyMs = 200;

export interface Seen {
  /** Namespaces in which a NetworkPolicy was seen. */
  withPolicies: readonly string[];
  /** Those of runs. */
  own: ReadonlySet<string>;
  /** How often a node reached the bystander. */
  reached: number;
  /** What went wrong each time that it did not. */
  missed: readonly string[];
}

/** Runs `work` beside such a pod, which another node dials all the while, and notes every policy of the cluster. */
export async function besideBystander<T>(borrowed: BorrowedLab, work: () => Promise<T>): Promise<[T, Seen]> {
  const { api } = borrowed;
  const over = new AbortController();
  const { metadata } = await api.core.createNamespace({ body: { metadata: { generateName: 'bystander-' } } });
  const namespace = metadata?.name ?? '';
  try {
    const address = await start(borrowed, namespace);
    const watched = watch(borrowed, { address, until: over.signal });
    watched.catch(() => undefined);
    const result = await work().finally(() => over.abort());
    return [result, await watched];
  } finally {
    over.abort();
    await api.core.deleteNamespace({ name: namespace });
  }
}

async function watch(
  borrowed: BorrowedLab,
  { address, until }: { address: string; until: AbortSignal },
): Promise<Seen> {
  const { api } = borrowed;
  const withPolicies = new Set<string>();
  const own = new Set<string>();
  const missed: string[] = [];
  let reached = 0;
  while (!until.aborted) {
    const { items } = await api.networking.listNetworkPolicyForAllNamespaces();
    for (const { metadata } of items) withPolicies.add(metadata?.namespace ?? '');
    // A namespace outlives its policies by more than a look.
    for (const name of await namesOfNamespaces(api)) own.add(name);
    const error = await dial(borrowed, address);
    if (error === null) reached += 1;
    else missed.push(error);
    await pause(everyMs);
  }
  return { withPolicies: [...withPolicies], own, reached, missed };
}

/** From the last node, with time for a second SYN and a third; null when it was answered. */
async function dial({ lab }: BorrowedLab, address: string): Promise<string | null> {
  const command = `timeout 4 bash -c '</dev/tcp/${address}/${port}'`;
  return sh(lab, lab.nodes.at(-1)!, command).then(
    () => null,
    (error: Error) => error.message,
  );
}

/** On the first node. Its address, once it answers. */
async function start(borrowed: BorrowedLab, namespace: string): Promise<string> {
  const { api, lab } = borrowed;
  const command = ['node', '-e', `require('net').createServer((one) => one.end()).listen(${port}, '::')`];
  const body = {
    metadata: { name: 'bystander', labels },
    spec: {
      nodeName: lab.nodes[0]!,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'server', image: probeImage, command }],
    },
  };
  // Refused until a controller has created the namespace's account.
  await untilDone(() => api.core.createNamespacedPod({ namespace, body }));
  return untilDone(async () => {
    const { status } = await api.core.readNamespacedPod({ namespace, name: 'bystander' });
    const address = status?.podIP ?? '';
    const error = address === '' ? 'it has no address' : await dial(borrowed, address);
    if (error !== null) throw new Error(error);
    return address;
  });
}
