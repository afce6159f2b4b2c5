/** The curve as plain data, from which tables, plots and files are made. Microseconds, except slopes. */
import { readFile } from 'node:fs/promises';
import type { Group } from '../../lib/latency/closed-loop/estimate.ts';
import type { Path, Where } from '../../lib/service-paths/path.ts';
import type { Estimate } from '../../lib/statistics/interval.ts';

/** A mode of kube-proxy, or Cilium in its place. */
export type Proxy = 'iptables' | 'nftables' | 'cilium';

export interface Curve {
  modes: Mode[];
}

export interface Mode {
  proxy: Proxy;
  measuredAt: string;
  kernel: string;
  /** "iptables v1.8.9 (nf_tables)", the backend behind iptables mode; or the version of Cilium. */
  tool: string;
  cores: number;
  nodes: number;
  seconds: number;
  levels: Level[];
  /** Numbers that could not be measured, and why; no higher one was tried. */
  notReached: { services: number; reason: string }[];
  slopes: Slope[];
}

export interface Level {
  /** Filler Service ports. */
  services: number;
  /** All Service ports of the fullest node, the measured ones and the API server's included: counted in its rules. */
  rules: number;
  makeMs: number;
  /** From the API server's last answer until every node had the rules of all of them. */
  programMs: number;
  /** The machine's load averages of the last minute, before and after measuring. */
  load: [number, number];
  groups: Group[];
  remarks: string[];
}

/** Of new minus established. Nanoseconds per Service port. */
export interface Slope extends Estimate {
  where: Where;
  protocol: Group['protocol'];
  idleMs: number;
  path: Path;
  /** The highest number of Service ports that it is based on. */
  upTo: number;
  points: number;
}

/** What an earlier run left; an empty curve when there is none. */
export async function readCurve(file: string): Promise<Curve> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? { modes: [] } : (JSON.parse(text) as Curve);
}

/** A run of one mode replaces that mode's results, and keeps the other's. */
export function replaceMode({ modes }: Curve, mode: Mode): Curve {
  const others = modes.filter(({ proxy }) => proxy !== mode.proxy);
  return { modes: [...others, mode].toSorted((one, other) => one.proxy.localeCompare(other.proxy)) };
}
