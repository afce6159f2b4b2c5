/** An exec plugin of the kubeconfig, which prints credentials: run as by client-go, but never with a terminal. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { credentialsFailed, pluginHangs, pluginMissing, pluginWantsTerminal } from './errors.ts';

/** `user.exec` of a kubeconfig. */
export const pluginSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  apiVersion: z.string().nullish(),
  installHint: z.string().nullish(),
  interactiveMode: z.string().nullish(),
});
type Plugin = z.infer<typeof pluginSchema>;
// client-node 2.0.1 does not export the interface from an index.
type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

const credentialSchema = z.object({
  status: z.object({
    token: z.string().nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z.string().nullish(),
    expirationTimestamp: z.string().nullish(),
  }),
});
type Credential = z.infer<typeof credentialSchema>['status'];

/** The end of what it writes to stderr is kept. */
const saidAtMost = 500;
const killAfterMs = 1_000;

interface PluginOptions {
  context: string;
  /** For one run of the plugin. */
  deadlineMs?: number;
}

/** For `KubeConfig.addAuthenticator`: credentials are kept until they expire, and concurrent callers share one run. Throws a ClusterError. */
export function credentialPlugin(plugin: Plugin, { context, deadlineMs = 30_000 }: PluginOptions): Authenticator {
  let kept: Credential | null = null;
  let running: Promise<Credential> | null = null;
  const credential = async (): Promise<Credential> => {
    if (kept !== null && !isOver(kept)) return kept;
    running ??= obtain(plugin, { context, deadlineMs }).finally(() => (running = null));
    return (kept = await running);
  };
  return {
    isAuthProvider: () => true,
    async applyAuthentication(_user, options: RequestOptions) {
      const { token, clientCertificateData, clientKeyData } = await credential();
      if (clientCertificateData) options.cert = clientCertificateData;
      if (clientKeyData) options.key = clientKeyData;
      if (token) options.headers = Object.assign(options.headers ?? {}, { Authorization: `Bearer ${token}` });
    },
  };
}

const isOver = ({ expirationTimestamp }: Credential): boolean =>
  Boolean(expirationTimestamp) && !(Date.parse(expirationTimestamp!) > Date.now());

async function obtain(plugin: Plugin, { context, deadlineMs }: Required<PluginOptions>): Promise<Credential> {
  const { command, installHint, interactiveMode } = plugin;
  if (interactiveMode === 'Always') throw pluginWantsTerminal(context, command);
  const { end, stdout, stderr } = await run(plugin, deadlineMs).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? pluginMissing(context, command, installHint) : credentialsFailed(context, error);
  });
  const said = stderr.trim().slice(-saidAtMost);
  if (end === 'late') throw pluginHangs(context, command, { deadlineMs, said });
  if (end !== 0) throw credentialsFailed(context, said || `${command} ended with ${end} and printed nothing`);
  const parsed = credentialSchema.safeParse(parsedOrNull(stdout));
  if (!parsed.success)
    throw credentialsFailed(context, `${command} printed no ExecCredential${said && `, and said: ${said}`}`);
  return parsed.data.status;
}

interface Ended {
  /** The exit code, the signal that ended it, or "late". */
  end: number | string;
  stdout: string;
  stderr: string;
}

/** Rejects when it can't be started. */
function run({ command, args, env, apiVersion }: Plugin, deadlineMs: number): Promise<Ended> {
  const info = { kind: 'ExecCredential', apiVersion, spec: { interactive: false } };
  const child = spawn(command, args ?? [], {
    env: {
      ...process.env,
      ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    },
    // A plugin that reads stdin gets end of file, instead of waiting for an answer that nobody can give.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const clock = setTimeout(() => {
    resolve({ end: 'late', ...said });
    letGo(child);
  }, deadlineMs);
  child.on('error', reject);
  child.on('close', (code, signal) => resolve({ end: code ?? signal ?? 'no exit code', ...said }));
  return promise.finally(() => clearTimeout(clock));
}

/** Kills it without waiting: its children may keep its pipes open. */
function letGo(child: ChildProcess): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), killAfterMs).unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
