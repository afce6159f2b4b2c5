/** Names a piece of work that clauses of one run share, with the type of what it gives. Known by identity: keep it in a constant. */
export interface WorkKey<T> {
  readonly name: string;
  /** For the type only; never set. */
  readonly gives?: T;
}

/** Work that several clauses of one run need, and one of them does. */
export interface SharedWork {
  /** Does the work, or waits for it where another clause has begun it; what it threw is thrown again. */
  once: <T>(key: WorkKey<T>, work: () => Promise<T>) => Promise<T>;
  /** What another clause's work gives; null when no clause has begun it, and none is begun by asking. */
  begun: <T>(key: WorkKey<T>) => Promise<T> | null;
}

/** No work has been begun yet. */
export function newSharedWork(): SharedWork {
  const all = new Map<WorkKey<unknown>, Promise<unknown>>();
  // A promise is only ever put under the key of its own type.
  const begun = <T>(key: WorkKey<T>): Promise<T> | null => (all.get(key) as Promise<T> | undefined) ?? null;
  return {
    begun,
    once: (key, work) => {
      const running = begun(key) ?? work();
      all.set(key, running);
      return running;
    },
  };
}
