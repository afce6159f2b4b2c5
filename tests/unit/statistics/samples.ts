/** What properties are tried on: whole numbers, so that shifts, and scales by powers of two, are exact. */
import * as fc from 'fast-check';

export const samples = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 60 });

export const shift = fc.integer({ min: -1_000_000, max: 1_000_000 });

export const scale = fc.constantFrom(0.25, 0.5, 2, 8, 1_024);

export const seed = fc.maxSafeInteger();
