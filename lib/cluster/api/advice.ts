/** What a user can do about a refusal by admission, by the words of whoever refused. */

/** Whether an error status is admission's: a policy, a webhook, Pod Security, a quota. The other refusals are permissions that are missing, and objects that are not valid. */
export function isByAdmission(detail: string): boolean {
  return /\bdenied (the )?request\b|violates PodSecurity|is forbidden: (?!User )/i.test(detail);
}

/** As `connect.ts` says it of a pod that got another container. */
export const wasInjected = 'was injected into its pod';

/** Whoever injects it reads a label or an annotation, or can leave the run's namespaces out. */
export const withoutInjection =
  'Have nothing injected into the pods of the run: exempt namespaces labelled app.kubernetes.io/managed-by=flatnet from the webhook or the policy that does it, or name the label or annotation that turns it off with --label KEY=VALUE or --annotation KEY=VALUE.';

const exempt =
  'exempt namespaces labelled app.kubernetes.io/managed-by=flatnet from the policy that refused it, or their pods, labelled likewise';

/** Each with the words that refusals of its kind have. */
const kinds: readonly [words: RegExp, advice: string][] = [
  [
    /PodSecurity|host ?network|host ?ports?\b|host namespace|NET_RAW|NET_BIND_SERVICE|capabilit|non-?root|run ?as ?user|seccomp|privileged/i,
    'run with --pods-only: its probes pass the restricted Pod Security level, and what needs a probe of the node itself is left out',
  ],
  [/registr|\bimages?\b/i, 'name an image that is allowed, with Node 26 in it, with --image'],
  [/\blabels?\b/i, 'label everything that the run creates, with --label KEY=VALUE'],
  [/\bannotations?\b/i, 'annotate everything that the run creates, with --annotation KEY=VALUE'],
  [/exceeded quota/i, 'raise the quota'],
  [
    /\blimits?\b|\brequests?\b(?! is|: requested)|must specify|(maximum|minimum) (cpu|memory)/i,
    'give the probes limits with --limits cpu=500m,memory=256Mi',
  ],
];

/** One sentence. Where nothing is known of the refusal's kind, an exemption is all that helps. */
export function adviceFor(detail: string): string {
  const said = detail.replaceAll(/denied (the )?request/gi, '');
  const isQuota = /exceeded quota/i.test(said);
  const fitting = kinds
    .filter(([words, advice]) => words.test(said) && !(isQuota && advice.includes('--limits')))
    .map(([, advice]) => advice);
  const sentence = [...fitting, exempt].join('; or ');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}
