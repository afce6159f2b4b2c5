/** Dials through a Service with client affinity: first one flow of each client, then several more. */
import type { Probe } from '../../cluster/model.ts';
import type { Exchanged } from '../../mesh/dialled.ts';
import type { ExchangePlan } from '../../mesh/plan.ts';
import { severalTimes } from '../../mesh/times.ts';
import { furtherServices, type Needed } from './further-services.ts';

export interface WithAffinity {
  /** The dials of each client, over each protocol and family, in several rounds; the first decided where it is to go. */
  rounds: Exchanged[];
  /** Behind the Service. */
  pods: readonly Probe[];
}

/** Rounds after the first one: as many flows of UDP, and several times as many of TCP. */
const furtherRounds = 3;

/** From one pod of each node and the node itself. Throws what `createServices` throws. */
export async function withAffinity({ exchange, ...session }: Needed): Promise<WithAffinity> {
  const { places, affine, own } = await furtherServices({ exchange, ...session });
  const plan: Omit<ExchangePlan, 'families'> = {
    from: places.clients,
    to: [affine],
    pairs: own.worksWholly,
    ahead: true,
    times: severalTimes,
  };
  // Alone: several flows at once of a client that is not known yet may go anywhere.
  const first = await exchange({ ...plan, times: { ...severalTimes, connections: 1 } });
  const further = await Promise.all(Array.from({ length: furtherRounds }, () => exchange(plan)));
  return { rounds: [first, ...further], pods: places.affine };
}
