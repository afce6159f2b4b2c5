/** Specs export their clauses and hold no tests of mocha's own: mocha by itself would run none of them, and call that a success. */
export function mochaGlobalSetup(): never {
  throw new Error('No cluster is set up for the specs. Start them with `npm test`; `npm test -- --help` shows how.');
}
