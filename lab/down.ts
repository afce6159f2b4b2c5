import { labFolder } from './places.ts';
import { eventually, isAlive, signalAll } from './processes.ts';
import { anythingLeft, removeLab } from './remove.ts';
import { holderOf, readState } from './state.ts';

/** Removes the lab, whether up, partly made, or left by a crash. A starter that is still running is stopped first. */
export async function down(log: (line: string) => void): Promise<void> {
  const state = await readState();
  const holder = await holderOf(state);
  if (holder === 'nobody' && !(await anythingLeft())) return log('No lab is up; nothing to remove.');
  if (holder === 'starter' && typeof state === 'object') {
    log(`Stopping the starter (process ${state.starter.pid})`);
    await signalAll([state.starter], 'SIGTERM');
    if (!(await eventually(async () => !(await isAlive(state.starter)), 20_000)))
      await signalAll([state.starter], 'SIGKILL');
  }
  await removeLab();
  log(`Lab removed (${labFolder} too).`);
}
