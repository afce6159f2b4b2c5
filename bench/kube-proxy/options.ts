/** The benchmark's options, and how long each of its steps may take. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { portsPerService } from './fillers.ts';
import type { Proxy } from './curve.ts';

export interface Options {
  /** Numbers of Service ports, ascending. */
  services: number[];
  proxies: Proxy[];
  /** Of measuring, for each number. */
  seconds: number;
  /** Proofs to run instead of the curve; empty: the curve. */
  proofs: Proof[];
}

export type Proof = 'chain' | 'delay' | 'coverage';

/** Seconds; `makeS` and `rulesS` for each step of `portsPerStep`, `aroundS` for each number of Service ports, without the measuring itself. */
export const limits = { makeS: 60, rulesS: 180, aroundS: 270 };
export const portsPerStep = 5_000;

const modes: Proxy[] = ['iptables', 'nftables'];
/** Not without being asked for: it takes minutes to build. */
const others: Proxy[] = ['cilium'];
const allProofs: Proof[] = ['chain', 'delay', 'coverage'];

/** Reads the command line; ends the process for `--help` and for wrong input. */
export function readOptions(argv: string[]): Options {
  const {
    services,
    proxy,
    seconds,
    proof = [],
  } = new Command('npm run bench:kube-proxy --')
    .description(
      'What a new flow costs on each path, by the number of Services, with real kube-proxy on labs of its own.',
    )
    .option(
      '--services <numbers>',
      'how many Service ports, with commas',
      numbers,
      [0, 100, 500, 1_000, 2_000, 5_000, 10_000],
    )
    .addOption(
      new Option('--proxy <mode>', 'one mode of kube-proxy only, or Cilium in its place').choices([
        ...modes,
        ...others,
      ]),
    )
    .option('--seconds <number>', 'how long to measure at each of them', wholeNumber, 40)
    .addOption(
      new Option(
        '--proof [which]',
        'not the curve: does the clause say what is true, with 5,000 Service ports, with a delay in user space, and of equal paths?',
      )
        .preset('all')
        .argParser(proofsNamed),
    )
    .parse(argv)
    .opts<{ services: number[]; proxy?: Proxy; seconds: number; proof?: Proof[] }>();
  return { services, proxies: proxy ? [proxy] : modes, seconds, proofs: proof };
}

function proofsNamed(name: string): Proof[] {
  if (name === 'all') return allProofs;
  const known = allProofs.filter((one) => one === name);
  if (known.length > 0) return known;
  throw new InvalidArgumentError(`Proofs are ${allProofs.join(', ')}.`);
}

function numbers(text: string): number[] {
  return [...new Set(text.split(',').map(serviceNumber))].toSorted((one, other) => one - other);
}

function serviceNumber(text: string): number {
  const number = wholeNumber(text);
  if (number % portsPerService === 0) return number;
  throw new InvalidArgumentError(`They are made ${portsPerService} at a time: multiples of that only.`);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}
