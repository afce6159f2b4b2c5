import type { Dialled } from '../mesh/dialled.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { Expectation } from '../verdict/oracle/expectation.ts';
import type { UnansweredWay, Violation } from './violation.ts';

/** What a clause found out beside dials that are judged one by one. */
export interface Facts {
  expected: string;
  seen: string;
  violations: Violation[];
  /** Dials that violations were read off, and what was expected of them: their cause is found together with that of other clauses' dials. */
  dials?: { dialled: Dialled[]; expectation: Expectation }[];
  /** Ways on which questions got no answer, where nothing else is wrong: another cause may be behind them. */
  unanswered?: UnansweredWay[];
  /** Further lines to show, whatever the verdict. */
  remarks?: string[];
  inconclusive?: string | null;
  notApplicable?: string | null;
  finding?: boolean;
  measurements?: Measurement[];
}

/** Why a fact about what was left out does not apply: of a clause that does not apply as a whole it says nothing. */
export const nothingLeftOut = 'nothing was left out';
