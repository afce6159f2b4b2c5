/** A file that a clause leaves beside the report: raw data, a plot. */
export interface Attachment {
  /** A plain file name, unique in the run. */
  file: string;
  text: string;
}

/** The files of one run. */
export interface Attachments {
  /** Keeps a file for the report folder; a later one of the same name replaces it. */
  attach: (attachment: Attachment) => void;
  /** Everything attached so far. */
  attached: () => Attachment[];
}

/** No files yet. */
export function newAttachments(): Attachments {
  const byName = new Map<string, Attachment>();
  return {
    attach: (attachment) => void byName.set(attachment.file, attachment),
    attached: () => [...byName.values()],
  };
}
