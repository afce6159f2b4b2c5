import type { Dialled } from '../../mesh/dialled.ts';
import type { Found } from './problems.ts';
import { againSentence, lossSentence, socketText } from './words.ts';

/** One short sentence about what went wrong with a dial; null where nothing did. */
export function detailOf(dial: Dialled, { problems, view, detail }: Found): string | null {
  const [problem] = problems;
  const { record } = dial;
  if (problem === undefined) return detail;
  if (problem === 'inconclusive')
    return (
      dial.inconclusive ?? detail ?? record?.error ?? 'the reply does not tell who answered, or from where it was asked'
    );
  if (detail !== null) return detail;
  if (problem === 'loss') return lossSentence(dial);
  if (problem === 'wrong responder')
    return view === null ? (record?.error ?? null) : `${view.who.node}/${view.who.pod} answered`;
  if (view !== null && problem.startsWith('source') && record?.local != null)
    return `${socketText(record.local)} arrived as ${socketText(view.peer)}`;
  if (view !== null && problem.startsWith('destination'))
    return `${socketText(dial)} arrived as ${socketText(view.local)}`;
  return [record?.error ?? null, againSentence(dial)].filter((part) => part !== null).join('; ') || null;
}
