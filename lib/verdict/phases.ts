/** Where the time of a run went. */
export interface Phases {
  /** Does the work and adds its time to the phase. */
  time: <T>(phase: string, work: () => Promise<T>) => Promise<T>;
  /** Adds a time that was measured elsewhere, ms. */
  add: (phase: string, ms: number) => void;
  /** Whole ms by phase, in the order in which they began. */
  all: () => Record<string, number>;
}

/** An empty set of phases. */
export function newPhases(): Phases {
  const spent = new Map<string, number>();
  const add = (phase: string, ms: number): void => void spent.set(phase, (spent.get(phase) ?? 0) + ms);
  return {
    add,
    time: async (phase, work) => {
      const started = performance.now();
      add(phase, 0);
      try {
        return await work();
      } finally {
        add(phase, performance.now() - started);
      }
    },
    all: () => Object.fromEntries([...spent].map(([phase, ms]) => [phase, Math.round(ms)])),
  };
}
