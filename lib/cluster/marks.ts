/** Labels and annotations that a user wants on everything that a run makes. */
export interface Marks {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

export const noMarks: Marks = { labels: {}, annotations: {} };

interface Metadata {
  name?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** An object's metadata with these marks. What the run itself needs there takes precedence. */
export function marked<T extends Metadata>(metadata: T, { labels, annotations }: Marks): T {
  return {
    ...metadata,
    ...(Object.keys(labels).length === 0 ? {} : { labels: { ...labels, ...metadata.labels } }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations, ...metadata.annotations } }),
  };
}
