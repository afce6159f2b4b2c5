/** The program of the exec stream: joins stdin and stdout to the agent's unix socket. */
import { connect } from 'node:net';
import { agentSocketPath } from './wire.ts';

const patienceMs = 20_000;
const pauseMs = 50;
const path = process.env['FLATNET_SOCKET'] || agentSocketPath;
const giveUpAt = Date.now() + patienceMs;

function fail(sentence: string): never {
  process.stderr.write(`flatnet bridge: ${sentence}\n`);
  process.exit(1);
}

function tryToConnect(): void {
  const socket = connect(path);
  let connected = false;
  socket.once('connect', () => {
    connected = true;
    process.stdin.pipe(socket).pipe(process.stdout);
  });
  socket.once('error', (error) => {
    if (connected) fail(`the agent is gone: ${error.message}`);
    if (Date.now() > giveUpAt) fail(`no agent at ${path}: ${error.message}`);
    setTimeout(tryToConnect, pauseMs);
  });
  // stdin may stay open for ever; nothing reads it any more.
  socket.once('close', () => {
    if (!connected) return;
    if (!process.stdin.readableEnded) fail('the agent has closed the connection');
    process.stdout.write('', () => process.exit(0));
  });
}

// The process that ran the bridge is gone.
for (const stream of [process.stdin, process.stdout]) stream.on('error', () => process.exit(0));
tryToConnect();
