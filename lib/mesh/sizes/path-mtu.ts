import type { Probe } from '../../cluster/model.ts';
import type { Dialled } from '../dialled.ts';
import type { PathMtus } from './planned.ts';

/** Asks the kernel of every dialling probe how large packets to where it dialled may be; the smaller one where both ends know. */
export async function askPathMtus(dialled: readonly Pick<Dialled, 'from' | 'to' | 'address'>[]): Promise<PathMtus> {
  const known = new Map<string, number>();
  const bySource = [...Map.groupBy(dialled, ({ from }) => from)];
  await Promise.all(
    bySource.map(async ([from, dials]) => {
      const addresses = [...new Set(dials.map(({ address }) => address))];
      const reply = await from.channel.request({ kind: 'path-mtu', addresses }, { deadlineMs: 10_000 });
      for (const { address, mtu } of reply.records) if (mtu !== null) known.set(`${from.uid} ${address}`, mtu);
    }),
  );
  const at = (from: Probe, address: string | undefined): number | undefined => known.get(`${from.uid} ${address}`);
  return ({ from, to, family }) => {
    const there = at(from, to.addresses[family]);
    const back = to.responders.map((probe) => at(probe, from.addresses[family]));
    const all = [there, ...back].filter((mtu) => mtu !== undefined);
    return all.length === 0 ? null : Math.min(...all);
  };
}
