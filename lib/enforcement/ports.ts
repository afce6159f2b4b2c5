import type { Probe } from '../cluster/model.ts';
import { listenOnPorts, type Listening } from '../mesh/listen.ts';

/** The second port that policies tell from the first: one of these, since a pod whose first is taken listens beside it. */
export const otherPorts = { first: 8_090, last: 8_094 };

/** Makes every pod listen on a second port. Throws an Error where one can't: then nothing is known of ports. */
export async function listenOnOther(pods: Probe[]): Promise<Listening['ports']> {
  const { ports, failures } = await listenOnPorts(pods, [otherPorts.first]);
  if (failures.length > 0) throw new Error(failures.slice(0, 3).join('; '));
  return ports;
}
