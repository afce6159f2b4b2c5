/** What kube-proxy adds to a round trip: new and established flows, by pod IP and through Services, to one and the same process. */
import { isEnd } from '../self/addresses.ts';
import { armsOf } from './arms.ts';
import { cellsOf, sampleBlock, Standing, type BlockOptions } from './block.ts';
import { isTag } from '../measuring/packet.ts';
import { takePort, type NextPorts } from './ports.ts';
import { seededRandom } from '../measuring/random.ts';
import { sampleRegime } from './regime.ts';
import type { MeasureRecord, MeasureRequest } from '../../conversations/closed-loop.ts';

const blockLimit = 10_000;
const budgetLimitMs = 120_000;

/** Carries out the measurement; `report` gets a record as each regime ends. Rejects with a sentence when a path does not answer at all. */
export async function measure(
  request: MeasureRequest,
  report: (record: MeasureRecord) => Promise<void>,
  { wanted, next }: { wanted: () => boolean; next: NextPorts },
): Promise<void> {
  const error = objection(request);
  if (error !== null) throw new Error(error);
  const { protocol, tag, timeoutMs, podIP, sourcePorts } = request;
  let portsUsed = 0;
  const nextPort = (): number => {
    portsUsed += 1;
    return takePort(`${protocol} ${podIP.address}`, { ...sourcePorts, next });
  };
  const arms = armsOf(protocol, { tag, timeoutMs, nextPort });
  const cells = cellsOf(request);
  const random = seededRandom(request.seed);
  const standing = await Standing.open(request, arms);
  try {
    const common = { targets: request, cells, arms, standing, random };
    await warmUp(request, common);
    for (const regime of request.regimes) {
      if (!wanted()) return;
      await report(await sampleRegime(regime, { ...common, request, wanted, portsUsed: () => portsUsed }));
    }
  } finally {
    standing.close();
  }
}

/** Established exchanges on each path, then whole blocks; Services take turns. */
async function warmUp(request: MeasureRequest, common: Omit<BlockOptions, 'service' | 'idleMs'>): Promise<void> {
  const { services, warmUp: wanted } = request;
  for (let n = 0; n < wanted.exchanges; n += 1)
    for (const { path, flow } of common.cells)
      if (flow === 'established') await common.standing.flow(path, n % services.length).exchange();
  for (let n = 0; n * common.cells.length < wanted.samples; n += 1)
    await sampleBlock({ ...common, service: n % services.length, idleMs: 0 });
}

/** Why the request can't be carried out; null when it can. */
function objection(request: MeasureRequest): string | null {
  const { services, podIP, sourcePorts, regimes } = request;
  if (request.protocol !== 'TCP' && request.protocol !== 'UDP') return 'neither TCP nor UDP';
  if (!isTag(request.tag)) return 'the tag is not 16 hexadecimal digits';
  if (services.length === 0 || services.length > 255) return 'not 1 to 255 Services';
  const ends = [podIP, ...services.flatMap(({ clusterIP, nodePort }) => [clusterIP, nodePort ?? clusterIP])];
  if (!ends.every(isEnd)) return 'not an IP address and a port';
  if (!(sourcePorts.from > 1023 && sourcePorts.to < 65_536 && sourcePorts.from <= sourcePorts.to))
    return 'not a range of source ports';
  if (!(request.timeoutMs > 0 && request.timeoutMs <= 2_000)) return 'not a timeout of at most 2 s';
  if (regimes.some(({ blocks, budgetMs }) => !(blocks <= blockLimit && budgetMs <= budgetLimitMs)))
    return `more than ${blockLimit} blocks, or than ${budgetLimitMs} ms`;
  return null;
}
