import type { NextPorts } from '../closed-loop/ports.ts';
import type { Dialled } from '../dial/dial.ts';
import { noHeldFlows } from '../dial/held.ts';
import { newPortTurns } from '../dial/source-ports.ts';
import { nothingEarlier, type Earlier } from '../io/listen-both.ts';
import { noLoadsYet, type LoadsSoFar } from '../load/bounds.ts';
import { rawHelper, type RawHelper } from '../raw/raw-helper.ts';

/** What an agent keeps from one request to the next, for as long as it lives. */
export interface Memory {
  dialled: Dialled;
  /** For new flows of measurements. */
  nextPorts: NextPorts;
  echoes: Earlier;
  loadListeners: Earlier;
  loads: LoadsSoFar;
  rawHelper: RawHelper;
}

/** Of an agent that has done nothing yet. */
export function newMemory(): Memory {
  return {
    dialled: { held: noHeldFlows(), turns: newPortTurns() },
    nextPorts: new Map(),
    echoes: nothingEarlier(),
    loadListeners: nothingEarlier(),
    loads: noLoadsYet(),
    rawHelper: rawHelper(),
  };
}
