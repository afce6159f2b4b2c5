import type { NodeEvidence, RoutingRule } from '../../evidence/node-evidence.ts';
import { have, listed } from './ways.ts';

const mainTable = 254;
const priorityOfMain = 32_766;

interface Refusal {
  nodes: readonly string[];
  error: string;
  families: ReadonlySet<string>;
}

/** Rules before the main table that may be why, and that no other node has that was asked. */
export function ownRules(evidence: readonly NodeEvidence[], { nodes, error, families }: Refusal): RoutingRule[] {
  const others = evidence.filter(({ node }) => !nodes.includes(node)).flatMap(({ rules }) => rules);
  const found = evidence
    .filter(({ node }) => nodes.includes(node))
    .flatMap(({ rules }) => rules)
    .filter((rule) => families.has(rule.family) && mayRefuse(rule, error))
    .filter((rule) => !others.some((other) => rule.family === other.family && ruleWords(rule) === ruleWords(other)));
  return [...new Map(found.map((rule) => [ruleWords(rule), rule])).values()];
}

/** A table without the address leads on to the next rule; one that has it may say unreachable, where a rule by itself says that there is no network. */
function mayRefuse({ priority, table }: RoutingRule, error: string): boolean {
  if (priority >= priorityOfMain || table === mainTable) return false;
  if (error === 'ENETUNREACH') return table === null;
  return error !== 'EHOSTUNREACH' || table !== null;
}

/** "5270 (table 52)". */
function ruleWords({ priority, table }: RoutingRule): string {
  return `${priority} (${table === null ? 'refuses by itself' : `table ${table}`})`;
}

/** Of the likely cause; empty: none of them may be why. */
export function ruleSentence(rules: readonly RoutingRule[], others: readonly string[]): string[] {
  if (rules.length === 0) return [];
  const comes = rules.length > 1 ? 'come' : 'comes';
  const alone = others.length === 0 ? '' : ', and no other node that was asked has the like';
  return [`${named(rules)} of policy routing ${comes} before the main table${alone}`];
}

/** Of the evidence. */
export function whoHas(
  rules: readonly RoutingRule[],
  { nodes, others }: { nodes: readonly string[]; others: readonly string[] },
): string[] {
  if (rules.length === 0) return [];
  const notSo = others.length === 0 ? '' : `; ${have(others)} not`;
  return [`${have(nodes)} ${named(rules)}, by ip rule${notSo}`];
}

/** "rule 5270 (table 52)". */
function named(rules: readonly RoutingRule[]): string {
  return `rule${rules.length > 1 ? 's' : ''} ${listed(rules.map(ruleWords))}`;
}
