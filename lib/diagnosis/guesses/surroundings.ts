import type { CarriedTwice } from '../../cluster/addresses.ts';
import type { NodeEvidence } from '../../evidence/node-evidence.ts';
import type { Edge } from '../../verdict/run.ts';
import type { Backends } from '../folding/same-path.ts';

/** What the guesses need to know of the cluster: which node owns an address, and the network plugin's name. */
export interface Surroundings {
  nodeOfAddress: (address: string) => string | null;
  /** Left out: unknown. */
  plugin?: string;
  /** Who enforces NetworkPolicies, where it is another; left out: nobody else. */
  policies?: string;
  /** Addresses of nodes that another node carries, too; left out: none. */
  carried?: readonly CarriedTwice[];
  /** By Service, the pods behind it; left out: those that answered, or received a dial. */
  behind?: Backends;
  /** What kernels of nodes said once something had failed; left out: none was asked. */
  evidence?: readonly NodeEvidence[];
  /** Rechecks at pods' own addresses that were as large as a packet may be, and arrived; left out: none. */
  rechecked?: readonly Edge[];
  /** The edges of all folds: what is refused together is told in one sentence; left out: only those of the fold. */
  failing?: readonly Edge[];
}
