export type UsageCode =
  | 'unknown-option'
  | 'unknown-clause'
  | 'invalid-value'
  | 'missing-value'
  | 'given-twice'
  | 'stray-argument'
  | 'needs-kubeconfig'
  | 'only-for-the-lab'
  | 'not-together'
  | 'nothing-selected'
  | 'nothing-to-load-for';

/** The command line asks for something that can't be done: one sentence, and what to write instead. Nothing was created. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = 2;
  readonly code: UsageCode;
  readonly remedy: string | null;

  constructor(code: UsageCode, message: string, remedy: string | null = null) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
