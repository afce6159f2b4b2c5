/** The probe container's main process: answers other probes on the pod network, and the runner on a unix socket. */
import { listeningAddresses } from './self/addresses.ts';
import { listenForRunner } from './control/socket.ts';
import { readEnvironment } from './control/environment.ts';
import { newMemory } from './control/memory.ts';
import { errorName } from './io/errors.ts';
import { Responder } from './respond/responder.ts';

// Process 1 of a container has no default signal handling: without this a pod takes its whole grace period to stop.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
// A stopped agent answers nobody; one that continues after an unexpected error keeps other probes' verdicts valid.
process.on('uncaughtException', (error) => console.error('flatnet agent:', error));

try {
  const settings = readEnvironment(process.env);
  const responder = new Responder(settings.identity, await listeningAddresses(settings));
  await responder.open(settings.port);
  await listenForRunner({ settings, responder, memory: newMemory() });
  console.log(`listens on port ${responder.port} of ${responder.addresses.join(', ')}`);
} catch (error) {
  console.error(`flatnet agent: ${errorName(error)}: ${error instanceof Error ? error.message : ''}`);
  process.exit(1);
}
