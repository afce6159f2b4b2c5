/** Carries out one request and writes its complete reply. */
import type { Kind, RecordOf, Request } from '../../conversations/index.ts';
import { errorName } from '../io/errors.ts';
import { wireVersion } from '../wire.ts';
import { handlers, type Agent } from './handlers.ts';
import type { Reply } from './reply.ts';

/** Always ends the reply with a trailer, which reports any error. Never rejects. */
export async function serve<K extends Kind>(
  request: Request<K>,
  agent: Agent,
  reply: Reply<RecordOf<K>>,
): Promise<void> {
  let error: string | null = null;
  try {
    const { version, kind } = request;
    if (version !== wireVersion)
      throw new Error(`version ${String(version)} is not spoken here, only ${String(wireVersion)}`);
    if (!Object.hasOwn(handlers, kind)) throw new Error(`unknown kind of request: ${JSON.stringify(kind)}`);
    await handlers[kind](request, reply, agent);
  } catch (thrown) {
    error = errorName(thrown);
  }
  await reply.end(error);
}
