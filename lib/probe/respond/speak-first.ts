/** Speaking first, over flows that others have opened and left idle. */
import { errorName } from '../io/errors.ts';
import { unaskedText } from '../speech/speech.ts';
import type { FlowToSpeakOver, SpeakRequest, SpokenRecord } from '../../conversations/speak.ts';
import type { Responding } from './open-ends.ts';

const gone = 'no such flow is open';

/** One flow after the other; returns while later datagrams are still to be sent. */
export async function speakFirst(
  { flows, datagrams, intervalMs }: SpeakRequest,
  responding: Pick<Responding, 'who' | 'ends'>,
  report: (record: SpokenRecord) => Promise<void>,
): Promise<void> {
  for (const flow of flows) {
    const { nonce, protocol, peer } = flow;
    let error: string | null;
    try {
      error = await (protocol === 'TCP' ? speakTcp(flow, responding) : speakUdp(flow, responding, 0));
    } catch (thrown) {
      error = errorName(thrown);
    }
    await report({ kind: 'spoken', nonce, protocol, peer, error });
    if (error === gone || protocol === 'TCP') continue;
    // Nobody sends a datagram again that was lost.
    for (let n = 1; n < datagrams; n += 1)
      setTimeout(() => void speakUdp(flow, responding, n).catch(() => {}), n * intervalMs);
  }
}

async function speakTcp(flow: FlowToSpeakOver, { who, ends }: Pick<Responding, 'who' | 'ends'>) {
  const socket = ends.connection(flow);
  if (socket === null || socket.destroyed) return gone;
  return sent((done) => socket.write(unaskedText(flow.nonce, 0, { who, ...endsOf(flow) }), done));
}

async function speakUdp(flow: FlowToSpeakOver, { who, ends }: Pick<Responding, 'who' | 'ends'>, sequence: number) {
  const { local, peer, nonce } = flow;
  const socket = ends.socket(local);
  if (socket === null) return gone;
  const text = unaskedText(nonce, sequence, { who, ...endsOf(flow) });
  return sent((done) => socket.send(text, peer.port, peer.address, done));
}

function endsOf({ local, peer }: FlowToSpeakOver): Pick<FlowToSpeakOver, 'local' | 'peer'> {
  return { local, peer };
}

/** null once the kernel has it, else the name of the error. */
function sent(send: (done: (error?: Error | null) => void) => void): Promise<string | null> {
  return new Promise((resolve) => send((error) => resolve(error == null ? null : errorName(error))));
}
