/** Turns the lines of one reply into a Reply: complete when every record arrived as it was sent, broken otherwise. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { recordSchemas, type Kind, type RecordOf } from '../../conversations/index.ts';
import { trailerSchema } from '../../conversations/lines.ts';
import type { BrokenReply, Reply, RequestOptions } from '../model.ts';

export type Cause = NonNullable<BrokenReply['cause']>;

export interface ReplyAssembly<R> {
  /** Takes one record and its line; returns a broken Reply when the record is invalid, otherwise null. */
  record(record: unknown, line: string): BrokenReply<R> | null;
  /** Takes the trailer; returns the Reply, complete or broken. */
  end(trailer: unknown): Reply<R>;
  /** What has arrived so far, as a broken reply. */
  broken(reason: string, cause: Cause): BrokenReply<R>;
}

/** For the reply to the request `id` of this kind; `who` ("node-1/pod-a") is for messages. */
export function assembleReply<K extends Kind>({
  id,
  kind,
  who,
  onRecord,
}: {
  id: string;
  kind: K;
  who: string;
  onRecord?: RequestOptions<RecordOf<K>>['onRecord'];
}): ReplyAssembly<RecordOf<K>> {
  const records: RecordOf<K>[] = [];
  const digest = createHash('sha256');
  const broken = (reason: string, cause: Cause): BrokenReply<RecordOf<K>> => ({
    whole: false,
    reason,
    cause,
    records,
  });
  const notWhole = (what: string) => broken(`the reply of ${who} is not whole: ${what}`, 'not whole');
  return {
    broken,
    record(record, line) {
      digest.update(recordText(line, id, record)).update('\n');
      const parsed = recordSchemas[kind].safeParse(record);
      if (!parsed.success) return notWhole(`record ${records.length + 1} does not fit: ${oneLine(parsed.error)}`);
      records.push(parsed.data);
      onRecord?.(parsed.data);
      return null;
    },
    end(trailer) {
      const parsed = trailerSchema.safeParse(trailer);
      if (!parsed.success) return notWhole(`its trailer does not fit: ${oneLine(parsed.error)}`);
      const { records: count, digest: sent, stallMs, throttledMs, instance, error } = parsed.data;
      if (error !== null) return notWhole(`the probe could not carry out the request: ${error}`);
      if (count !== records.length) return notWhole(`${records.length} of ${count} records arrived`);
      if (digest.digest('hex') !== sent) return notWhole('the digest of its records does not fit');
      return { whole: true, records, stallMs, ...(throttledMs === undefined ? {} : { throttledMs }), instance };
    },
  };
}

/** The record's JSON text exactly as in the line: the input of the probe's digest. */
function recordText(line: string, id: string, record: unknown): string {
  const head = `{"id":${JSON.stringify(id)},"record":`;
  return line.startsWith(head) && line.endsWith('}') ? line.slice(head.length, -1) : JSON.stringify(record);
}

const oneLine = (error: z.ZodError): string =>
  error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
    .slice(0, 200);
