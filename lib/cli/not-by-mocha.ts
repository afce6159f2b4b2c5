/** Specs export clauses and contain no mocha tests: mocha on its own would run none of them, and report success. */
export function mochaGlobalSetup(): never {
  throw new Error('No cluster is set up for the specs. Start them with `npm test`; `npm test -- --help` shows how.');
}
