/** What a load found, as plain data. */
import type { Protocol } from '../conversations/basics.ts';
import type { LoadTurn } from '../conversations/load.ts';
import type { Where } from '../service-paths/path.ts';

/** What was counted in one round, on flows of its own. */
export interface Loaded {
  where: Where;
  protocol: Protocol;
  /** Nodes of the pod that sends and of the pod that receives. */
  from: string;
  to: string;
  turns: LoadTurn[];
  stopped: string;
  durationMs: number;
  sentBytes: number;
}

export interface Load {
  announced: string;
  seed: number;
  rounds: Loaded[];
  /** What is missing, and why. */
  remarks: string[];
}
