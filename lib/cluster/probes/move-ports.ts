import { channelMs, type Probe, type TakenPort } from '../model.ts';

const tries = 20;

/**
 * The kernel gave a probe of a node a port that leads elsewhere from other machines (a NodePort, a host port of a pod): has it listen on another
 * as well, which is dialled from now on. Returns a note for each that could not be moved.
 */
export async function moveFromTaken(nodes: readonly Probe[], taken: readonly TakenPort[]): Promise<string[]> {
  const notes = await Promise.all(
    nodes.map(async (probe) => {
      const mine = new Map(
        taken.filter(({ node }) => node === null || node === probe.node).map(({ port, by }) => [port, by]),
      );
      const by = mine.get(probe.hello.port);
      if (by === undefined) return [];
      const free = Array.from({ length: tries }, (_, n) => 20_000 + ((probe.hello.port + 7 * n) % 10_000));
      const asked = free.filter((port) => !mine.has(port)).slice(0, 4);
      const { records } = await probe.channel.request({ kind: 'listen', ports: asked }, { deadlineMs: channelMs });
      const moved = asked.find((port) => records.filter((one) => one.port === port && one.error === null).length === 2);
      if (moved === undefined) return [`${probe.node}/${probe.name} listens on ${probe.hello.port}, the ${by}`];
      probe.hello.port = moved;
      return [];
    }),
  );
  return notes.flat();
}
