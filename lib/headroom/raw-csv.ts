import type { Load, Loaded } from './loaded.ts';

/** Every turn of a load, a line each: any ratio of the report can be computed again from it. The format is described in its first lines, which begin with "#". */
export function loadCsv({ rounds, seed }: Load): string {
  const head = [
    '# flatnet headroom 2: turns of a load at full speed, in the order in which they were taken, without their ramp-up',
    `# seed ${seed}`,
    '# round: three established flows of its own; block: three turns in random order',
    '# path: control is the pod IP once more; sent, received: bytes (TCP) or datagrams (UDP), the latter by the receiver; ms: by its clock',
    '# dropped: datagrams for which its socket had no room; full: how long nothing more was allowed on the way, of 1; *_cpu, *_waited, *_loop: how long it ran, waited for a CPU, and its event loop had something to do, of 1',
    'round,where,from,to,protocol,block,path,sent,received,ms,dropped,full,sender_cpu,sender_waited,sender_loop,receiver_cpu,receiver_waited,receiver_loop',
  ];
  return `${[...head, ...rounds.flatMap(linesOf)].join('\n')}\n`;
}

function linesOf({ where, from, to, protocol, turns }: Loaded, round: number): string[] {
  return turns.map(({ block, path, sent, received, ms, dropped, full, sender, receiver }) => {
    const turn = [round, where, from, to, protocol, block, path, sent, received, ms.toFixed(3), dropped, full];
    return turn.concat([sender, receiver].flatMap(({ cpu, waited, loop }) => [cpu, waited, loop])).join(',');
  });
}
