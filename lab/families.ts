export type Family = 'IPv4' | 'IPv6';

/** Something that there is one of in each family. */
export interface InEach<T = string> {
  readonly ipv4: T;
  readonly ipv6: T;
}

/** The families that a cluster can have, by the name that the command lines know; the first of each is its primary one. */
export const familiesByName = {
  ipv4: ['IPv4'],
  ipv6: ['IPv6'],
  dual: ['IPv4', 'IPv6'],
} as const satisfies Record<string, readonly Family[]>;

export type FamiliesName = keyof typeof familiesByName;

/** Their names. */
export const familiesNames = Object.keys(familiesByName) as [FamiliesName, ...FamiliesName[]];

/** Of two values those in the cluster's families, the primary one first. */
export const those = <T>(both: InEach<T>, families: readonly Family[]): T[] =>
  families.map((family) => (family === 'IPv4' ? both.ipv4 : both.ipv6));

/** The one in the cluster's primary family. */
export const primary = <T>(both: InEach<T>, [first]: readonly Family[]): T =>
  first === 'IPv6' ? both.ipv6 : both.ipv4;

/** "IPv4", "IPv6" or "dual stack". */
export const familiesText = (families: readonly string[]): string =>
  families.length > 1 ? 'dual stack' : families.join();

/** What `--families` and its short form `--dual-stack` ask for together; neither: IPv4. Null when they contradict each other. */
export function familiesAskedFor(given: {
  families?: FamiliesName | undefined;
  dualStack?: boolean | undefined;
}): readonly Family[] | null {
  const { families = given.dualStack === true ? 'dual' : 'ipv4' } = given;
  return given.dualStack === true && families !== 'dual' ? null : familiesByName[families];
}
