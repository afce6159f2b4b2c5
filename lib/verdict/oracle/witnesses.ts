import type { Probe } from '../../cluster/model.ts';
import { idOf, type Dialled, type Exchanged } from '../../mesh/dialled.ts';
import { untranslated, type Expectation } from './expectation.ts';
import { judge } from './oracle.ts';
import { judgeDial } from './problems.ts';
import { isTranslation, type ClauseResult, type Edge } from '../run.ts';

/**
 * What a promise requires of every dial between such probes, whichever clause made it: that nothing is translated which it expects to be
 * kept. Other clauses judge whether their own dials are answered: the cause may be their ports, their size, or their age.
 */
export interface Concern {
  from: Probe['kind'];
  to: Probe['kind'];
  where?: 'same node' | 'across nodes';
  expectation: Expectation;
}

/** What dials of a run show apart from what their own clauses ask. */
export interface Witnesses {
  /** Examines the dials of an exchange; those that it has seen before count once. */
  see: (exchanged: Exchanged) => void;
  /** The result including what other clauses' dials show about its promise; unchanged where they show nothing. */
  heard: (result: ClauseResult, concerns: readonly Concern[]) => ClauseResult;
}

/** More translated dials than this prove nothing more. */
const keptAtMost = 20_000;

/** Nothing has been seen yet. */
export function newWitnesses(): Witnesses {
  const seen = new WeakSet<Dialled>();
  const counts = new Map<string, number>();
  const translated: Dialled[] = [];
  return {
    see: ({ dialled }) => {
      for (const dial of dialled) {
        if (dial.to.via !== null || dial.record?.outcome !== 'delivered' || seen.has(dial)) continue;
        seen.add(dial);
        const kind = kindOf(dial);
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        if (translated.length < keptAtMost && judgeDial(dial, untranslated).problems.some(isTranslation))
          translated.push(dial);
      }
    },
    heard: (result, concerns) => {
      if (translated.length === 0 || concerns.length === 0 || result.verdict === 'not applicable') return result;
      const own = new Set(result.edges.map(({ id }) => id));
      const edges = concerns.flatMap((concern) =>
        translated
          .filter((dial) => kindsOf(concern).includes(kindOf(dial)) && !own.has(idOf(dial)))
          .flatMap((dial) => translatedEdge(dial, concern)),
      );
      const all = concerns.flatMap(kindsOf).reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0);
      return edges.length === 0 ? result : withThem(result, edges, Math.max(edges.length, all - own.size));
    },
  };
}

/** The dial as an edge, where something is translated on it that must be kept. */
function translatedEdge(dial: Dialled, { expectation }: Concern): Edge[] {
  const { edge } = judge(dial, expectation);
  const problems = edge.problems.filter(isTranslation);
  return problems.length === 0 ? [] : [{ ...edge, problems }];
}

function withThem(result: ClauseResult, edges: Edge[], of: number): ClauseResult {
  const words = [...Map.groupBy(edges, ({ problems }) => problems[0])].map(
    ([problem, { length }]) => `${length} ${problem}`,
  );
  return {
    ...result,
    verdict: result.level === 'INFO' ? result.verdict : 'fail',
    seen: `${result.seen}; of ${of} dials of other clauses on such ways ${words.join(', ')}`,
    edges: [...result.edges, ...edges],
    reason: result.level === 'INFO' ? result.reason : null,
  };
}

function kindOf({ from, to }: Pick<Dialled, 'from' | 'to'>): string {
  const where = from.uid === to.id ? 'itself' : from.node === to.node ? 'same node' : 'across nodes';
  return `${from.kind} ${to.responders[0]?.kind ?? 'nobody'} ${where}`;
}

function kindsOf({ from, to, where }: Concern): string[] {
  const all = where === undefined ? ['same node', 'across nodes'] : [where];
  return all.map((one) => `${from} ${to} ${one}`);
}
