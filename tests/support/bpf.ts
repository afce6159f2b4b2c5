/** The BPF programs and maps of a machine, by their ids: what a network's agent has loaded, and what outlives it when it is pinned or attached. */
import { arch } from 'node:os';
import { outcomeOf } from '../../lab/run.ts';

/** bpf(2), by architecture; linux/bpf.h: the commands that tell the next id. */
const bpfCall: Readonly<Record<string, bigint>> = { x64: 321n, arm64: 280n };
const nextIds = { program: 11n, map: 12n };

/** "program 12", "map 7"; ids are never given again. Empty where this process may not ask. Asked in a process of its own: node:ffi warns, and may crash. */
export async function bpfIds(): Promise<string[]> {
  const argv = ['--disable-warning=ExperimentalWarning', import.meta.filename];
  const { stdout } = await outcomeOf(process.execPath, argv);
  return stdout.split('\n').filter((line) => line !== '');
}

async function askKernel(): Promise<string[]> {
  const { dlopen } = await import('node:ffi');
  const call = bpfCall[arch()];
  if (call === undefined) return [];
  const { functions: libc } = dlopen(null, {
    syscall: { arguments: ['int64', 'int64', 'buffer', 'int64'], return: 'int64' },
  });
  return Object.entries(nextIds).flatMap(([kind, command]) => {
    const ids: string[] = [];
    // union bpf_attr: the id that was told last, and the next one.
    const asked = Buffer.alloc(12);
    while (libc.syscall(call, command, asked, BigInt(asked.length)) === 0n) {
      const id = asked.readUInt32LE(4);
      ids.push(`${kind} ${id}`);
      asked.writeUInt32LE(id, 0);
    }
    return ids;
  });
}

if (import.meta.main) console.log((await askKernel()).join('\n'));
