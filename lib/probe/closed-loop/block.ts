/** One block: every cell once, in random order, within a few milliseconds of each other. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arms } from './arms.ts';
import type { Flow } from './flow.ts';
import { shuffled } from '../measuring/random.ts';
import type { SocketAddress } from '../../conversations/basics.ts';
import type { MeasuredCell, MeasureRequest } from '../../conversations/closed-loop.ts';

type Path = MeasuredCell['path'];
type Targets = Pick<MeasureRequest, 'podIP' | 'services'>;

const allPaths: Path[] = ['pod-ip', 'control', 'cluster-ip', 'node-port'];

/** Every path with an established and a new flow; NodePort only where all Services have one. */
export function cellsOf({ services }: Targets): MeasuredCell[] {
  const paths = services.every(({ nodePort }) => nodePort) ? allPaths : allPaths.slice(0, -1);
  return paths.flatMap((path) => [{ path, flow: 'established' } as const, { path, flow: 'new' } as const]);
}

/** Where a path leads through the n-th Service. */
function targetOf({ podIP, services }: Targets, path: Path, service: number): SocketAddress {
  if (path === 'cluster-ip') return services[service]!.clusterIP;
  if (path === 'node-port') return services[service]!.nodePort!;
  return podIP;
}

/** The established flows: one per path and, on paths through a Service, one per Service. */
export class Standing {
  #flows = new Map<string, Flow>();

  /** Opens all of them; when one can't be opened, closes the others and rejects with a sentence that names it. */
  static async open(targets: Targets, arms: Arms): Promise<Standing> {
    const standing = new Standing();
    try {
      for (const [service] of targets.services.entries())
        for (const { path, flow } of cellsOf(targets)) {
          const key = keyOf(path, service);
          if (flow === 'new' || standing.#flows.has(key)) continue;
          const { address, port } = targetOf(targets, path, service);
          const opened = await arms.stand({ address, port }).catch((error: unknown) => {
            throw new Error(`no flow to ${address} port ${port} (${path}): ${String(error)}`);
          });
          standing.#flows.set(key, opened);
        }
    } catch (error) {
      standing.close();
      throw error;
    }
    return standing;
  }

  flow(path: Path, service: number): Flow {
    return this.#flows.get(keyOf(path, service))!;
  }

  close(): void {
    for (const flow of this.#flows.values()) flow.close();
  }
}

function keyOf(path: Path, service: number): string {
  return path === 'pod-ip' || path === 'control' ? path : `${path} ${service}`;
}

export interface BlockOptions {
  targets: Targets;
  cells: MeasuredCell[];
  service: number;
  idleMs: number;
  arms: Arms;
  standing: Standing;
  random: () => number;
}

/** Nanoseconds by cell (-1: lost), and the cells in the order of their samples. Sockets of new flows are made before the first sample and closed after the last. */
export async function sampleBlock(options: BlockOptions): Promise<{ ns: number[]; order: number[] }> {
  const { targets, cells, service, idleMs, arms, standing, random } = options;
  const fresh: Flow[] = [];
  const flows: Flow[] = [];
  try {
    for (const { path, flow } of cells) {
      if (flow === 'established') flows.push(standing.flow(path, service));
      else {
        const made = await arms.ready(targetOf(targets, path, service));
        fresh.push(made);
        flows.push(made);
      }
    }
    for (const [at, { flow }] of cells.entries()) if (flow === 'established') await flows[at]!.exchange();
    const ns = cells.map(() => 0);
    const order = shuffled(cells.length, random);
    for (const at of order) {
      if (idleMs > 0) await sleep(idleMs);
      ns[at] = await flows[at]!.exchange();
    }
    return { ns, order };
  } finally {
    for (const flow of fresh) flow.close();
  }
}
