/** Lines for the report: similar events share a line. */
import type { Happening } from '../cluster/model.ts';

export interface Note {
  text: string;
  happening?: Happening | undefined;
}

/** In order of arrival; those of one kind at the place of the first. */
export function toldTogether(notes: readonly Note[]): string[] {
  const groups = Map.groupBy(notes, ({ text, happening }) => happening?.kind ?? text);
  return [...groups.values()].map((alike) => {
    const [{ text }] = alike as [Note];
    if (alike.length === 1) return text;
    const happenings = alike.flatMap(({ happening }) => happening ?? []);
    return happenings.length === 0 ? `${text} (${alike.length} times)` : sentence(happenings);
  });
}

function sentence(happenings: readonly Happening[]): string {
  const n = happenings.length;
  const [first] = happenings as [Happening];
  switch (first.kind) {
    case 'stream re-established': {
      const seconds = happenings.map((one) => ('afterMs' in one ? one.afterMs / 1000 : 0));
      return `${n} exec streams were lost and re-established after ${span(seconds, 1)} s (${where(happenings)})`;
    }
    case 'stream lost':
      return `${n} exec streams were lost and not re-established (${where(happenings)})`;
    case 'container restarted':
      return `${n} containers were restarted during the run (${where(happenings)})`;
    case 'answered late': {
      const attempts = happenings.map((one) => ('attempts' in one ? one.attempts : 0));
      return `${n} probes answered at attempt ${span(attempts)} of ${first.attemptsAtMost} (${where(happenings)})`;
    }
    case 'API server away':
      return `the API server was away for ${n} requests (the first: ${first.doing}: ${first.why}); the run waited up to ${first.waitMs / 1000} s for each`;
    case 'NodePort refused':
      return `NodePorts are not tried: the cluster refused those of ${n} Services (the first: ${first.why})`;
  }
}

/** "12.3 to 12.5", or "12.3" when all are equal. */
function span(values: readonly number[], digits = 0): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** "node-1/pod-a, node-2/pod-b and 10 more: closed with code 1006". */
function where(happenings: readonly Happening[]): string {
  const named = happenings.filter((one) => 'who' in one);
  const reasons = [...new Set(named.map(({ why }) => why))];
  return `${few(
    named.map(({ who }) => who),
    3,
  )}: ${few(reasons, 2)}`;
}

function few(words: readonly string[], most: number): string {
  const all = [...new Set(words)];
  return all.length <= most ? all.join(', ') : `${all.slice(0, most).join(', ')} and ${all.length - most} more`;
}
