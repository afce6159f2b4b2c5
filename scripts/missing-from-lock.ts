interface LockedPackage {
  version?: string;
  dev?: boolean;
  cpu?: string[];
  os?: string[];
  libc?: string[];
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

/** The part of package-lock.json (version 3) that is used here. */
export interface Lock {
  packages: Record<string, LockedPackage>;
}

/** Optional packages that a locked package names and that are missing from the lock: `npm ci` rejects such a lock. */
export function missingFrom({ packages }: Lock): { name: string; version: string; dev: boolean }[] {
  const locked = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
  return Object.values(packages).flatMap(({ optionalDependencies = {}, dev = false }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !locked.has(name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}
