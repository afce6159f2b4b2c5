/** Files that clauses leave beside the report: raw data, plots. */
export interface Attachment {
  /** A plain file name, unique in the run. */
  file: string;
  text: string;
}

const attachments = new Map<string, Attachment>();

/** Keeps a file for the report folder; a later one of the same name takes its place. */
export function attach(attachment: Attachment): void {
  attachments.set(attachment.file, attachment);
}

/** All that was attached so far. */
export function attached(): Attachment[] {
  return [...attachments.values()];
}
