/** Names a piece of work that clauses of one run share, with the type of its result. Compared by identity: keep it in a constant. */
export interface WorkKey<T> {
  readonly name: string;
  /** For the type only; never set. */
  readonly gives?: T;
}

/** Work that several clauses of one run need, and one of them does. */
export interface SharedWork {
  /** Does the work, or waits for it where another clause has begun it; its error is thrown again. */
  once: <T>(key: WorkKey<T>, work: () => Promise<T>) => Promise<T>;
  /** The result of another clause's work; null when no clause has begun it. Asking starts nothing. */
  begun: <T>(key: WorkKey<T>) => Promise<T> | null;
}

/** No work has been begun yet. */
export function newSharedWork(): SharedWork {
  const all = new Map<WorkKey<unknown>, Promise<unknown>>();
  // A promise is only ever stored under the key of its own type.
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
