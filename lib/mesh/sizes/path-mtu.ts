import { channelMs, type Probe } from '../../cluster/model.ts';
import type { Way } from '../plan.ts';
import type { PathMtus } from './planned.ts';

/** Asks the kernels at both ends of these ways how large packets to the other end may be. */
export async function askPathMtus(ways: readonly Pick<Way, 'from' | 'to' | 'family'>[]): Promise<PathMtus> {
  const wanted = new Map<Probe, Set<string>>();
  const want = (from: Probe, address: string | undefined): void => {
    if (address !== undefined) wanted.set(from, (wanted.get(from) ?? new Set()).add(address));
  };
  for (const { from, to, family } of ways) {
    want(from, to.addresses[family]);
    for (const responder of to.responders) want(responder, from.addresses[family]);
  }
  const known = new Map<string, number>();
  await Promise.all(
    [...wanted].map(async ([from, addresses]) => {
      const reply = await from.channel.request(
        { kind: 'path-mtu', addresses: [...addresses] },
        { deadlineMs: channelMs },
      );
      for (const { address, mtu } of reply.records) if (mtu !== null) known.set(`${from.uid} ${address}`, mtu);
    }),
  );
  const at = (from: Probe, address: string | undefined): number | null => known.get(`${from.uid} ${address}`) ?? null;
  return ({ from, to, family }) => {
    const back = to.responders.map((probe) => at(probe, from.addresses[family])).filter((mtu) => mtu !== null);
    return { there: at(from, to.addresses[family]), back: back.length === 0 ? null : Math.min(...back) };
  };
}
