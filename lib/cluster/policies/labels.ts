/** Whether selectors select something whose labels are known in part: yes, no, or undefined where that is not known. */
import type { Selector } from '../../policy/objects.ts';

export type Maybe = boolean | undefined;

/** The value of a label, null where it is certainly absent, undefined where that is not known. */
export type LabelOf = (key: string) => string | null | undefined;

/** All labels are known. */
export function exactly(labels: Readonly<Record<string, string>>): LabelOf {
  return (key) => labels[key] ?? null;
}

/** There may be others. */
export function inPart(labels: Readonly<Record<string, string>>): LabelOf {
  return (key) => labels[key];
}

export const allOf = (parts: readonly Maybe[]): Maybe =>
  parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;

export const anyOf = (parts: readonly Maybe[]): Maybe =>
  parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;

const not = (part: Maybe): Maybe => (part === undefined ? undefined : !part);

/** A label selector of the Kubernetes API. An empty one selects everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labelOf: LabelOf): Maybe {
  return allOf([
    ...Object.entries(matchLabels).map(([key, value]) => isOneOf(labelOf(key), [value])),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      const value = labelOf(key);
      if (operator === 'Exists') return isThere(value);
      if (operator === 'DoesNotExist') return not(isThere(value));
      return operator === 'In' ? isOneOf(value, values) : not(isOneOf(value, values));
    }),
  ]);
}

/** A selector in Calico's language. Of it are understood: single terms, joined by && or by ||. */
export function selectsInCalico(text: string, labelOf: LabelOf): Maybe {
  const all = text.trim();
  if (all === '') return true;
  if (/[()]/.test(all.replaceAll(/\b(has|all|global)\([^()]*\)/g, ''))) return undefined;
  return anyOf(all.split('||').map((part) => allOf(part.split('&&').map((term) => termHolds(term.trim(), labelOf)))));
}

const quoted = `["']([^"']*)["']`;

function termHolds(term: string, labelOf: LabelOf): Maybe {
  if (term === 'all()') return true;
  const [, negated, key] = term.match(/^(!?)\s*has\(\s*([\w./-]+)\s*\)$/) ?? [];
  if (key !== undefined) return negated === '!' ? not(isThere(labelOf(key))) : isThere(labelOf(key));
  const [, compared, operator, value] = term.match(new RegExp(`^([\\w./-]+)\\s*(==|!=)\\s*${quoted}$`)) ?? [];
  if (compared !== undefined && value !== undefined) {
    const isSame = isOneOf(labelOf(compared), [value]);
    return operator === '==' ? isSame : not(isSame);
  }
  const [, member, outside, list] = term.match(/^([\w./-]+)\s+(not\s+)?in\s*\{([^}]*)\}$/) ?? [];
  if (member === undefined || list === undefined) return undefined;
  const values = [...list.matchAll(new RegExp(quoted, 'g'))].map(([, one = '']) => one);
  return outside === undefined ? isOneOf(labelOf(member), values) : not(isOneOf(labelOf(member), values));
}

const isThere = (value: string | null | undefined): Maybe => (value === undefined ? undefined : value !== null);

const isOneOf = (value: string | null | undefined, values: readonly string[]): Maybe =>
  value === undefined ? undefined : value !== null && values.includes(value);
