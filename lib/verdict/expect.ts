import * as chai from 'chai';
import type { Facts } from '../facts/facts.ts';
import type { Exchanged } from '../mesh/dialled.ts';
import { delivered, portsKept, untranslated, type Expectation } from './oracle/expectation.ts';
import { judgeExchange, judgeFacts, type Judgement } from './oracle/judgement.ts';
import { record } from './recorder.ts';

declare global {
  namespace Chai {
    interface Assertion {
      /** Every dial was answered, whole, by the probe it was meant for. */
      delivered(): void;
      /** Delivered, and no port was translated on the way. */
      deliveredWithPortsKept(): void;
      /** Delivered, and both ends see the same two addresses and ports. */
      untranslated(): void;
      /** Every dial went as is expected: for what has no word of its own. */
      meet(expectation: Expectation): void;
      /** No fact contradicts the promise. */
      hold(): void;
    }
  }
}

chai.use(({ Assertion }) => {
  const onExchange = (name: string, expectation: Expectation): void =>
    Assertion.addMethod(name, function (this: Chai.AssertionStatic & { _obj: Exchanged }) {
      conclude(judgeExchange(this._obj, expectation));
    });
  onExchange('delivered', delivered);
  onExchange('deliveredWithPortsKept', portsKept);
  onExchange('untranslated', untranslated);
  Assertion.addMethod('meet', function (this: Chai.AssertionStatic & { _obj: Exchanged }, expectation: Expectation) {
    conclude(judgeExchange(this._obj, expectation));
  });
  Assertion.addMethod('hold', function (this: Chai.AssertionStatic & { _obj: Facts }) {
    conclude(judgeFacts(this._obj));
  });
});

/** Within a clause all judgements are gathered, so that a failure shows every mismatch; elsewhere a broken one is thrown at once. */
function conclude(judgement: Judgement): void {
  if (record(judgement) || judgement.kept || judgement.notApplicable !== null) return;
  throw new chai.AssertionError(`expected ${judgement.expected}; seen: ${judgement.seen}`);
}

export const { expect } = chai;
