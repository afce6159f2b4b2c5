import type { Cause, Edge } from '../../verdict/run.ts';

/** Failing edges that one fault of addresses explains. */
export interface AddressFault extends Omit<Cause, 'clauses'> {
  edges: Edge[];
}
