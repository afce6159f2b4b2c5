import type { Probe } from '../cluster/model.ts';
import type { Dialled, Lag } from './dialled.ts';
import type { Translating } from './held/translating.ts';
import type { Moments } from './in-common.ts';
import { Governor } from './pace/governor.ts';
import { defaultPace, type Pace } from './pace/pace.ts';
import { RoundTrips } from './pace/round-trips.ts';
import type { DeadWays } from './rounds/dead-ways.ts';

/** What all exchanges of one run share: the governor, unique nonces, and what is kept for the end. */
export interface Traffic {
  /** When the run began: milliseconds of this process's clock. */
  beganAt: number;
  pace: Pace;
  governor: Governor;
  /** All times follow them: see `stretched`. */
  roundTrips: RoundTrips;
  /** Never the same twice: a responder counts what it received by nonce, and two rounds under one nonce would be mixed up. */
  newNonce: () => string;
  /** Where even shares of very many pairs begin: different in each run, so that successive runs take different shares. */
  offset: number;
  /** By responder: datagrams for which its sockets had no room, when it was last asked. */
  dropsBefore: Map<Probe, number>;
  deadWays: DeadWays;
  found: Found;
}

/** What all exchanges of a run found, apart from the dials themselves. */
export interface Found {
  dials: number;
  askedAgain: number;
  /** Of streams, both ways, as if each was whole; connections that were asked again are included. */
  streamBytes: number;
  onlyUnderLoad: Dialled[];
  /** How many dials failed at first, and when: what they are compared with. */
  moments: Moments;
  /** Refused in the first round, and never again. */
  refusedOnce: Dialled[];
  portsChangedOnce: Dialled[];
  /** One source port got nothing through, and all others everything. */
  onePortDead: Dialled[];
  lags: Lag[];
  translating: Translating;
  /** Dials that fail, to be dialled once more at the end of the run. */
  failing: Dialled[];
}

/** The state of one run's traffic. */
export function createTraffic({ pace = defaultPace }: { pace?: Pace } = {}): Traffic {
  const run = Math.random().toString(36).slice(2, 8);
  let nonces = 0;
  return {
    beganAt: performance.now(),
    pace,
    governor: new Governor(pace),
    roundTrips: new RoundTrips(),
    newNonce: () => `${run}-${(++nonces).toString(36)}`,
    offset: Math.floor(Math.random() * 1_000),
    dropsBefore: new Map(),
    deadWays: new Map(),
    found: {
      dials: 0,
      askedAgain: 0,
      streamBytes: 0,
      onlyUnderLoad: [],
      moments: new Map(),
      refusedOnce: [],
      portsChangedOnce: [],
      onePortDead: [],
      lags: [],
      translating: new Set(),
      failing: [],
    },
  };
}
