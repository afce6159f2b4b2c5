/** An admission webhook as clusters have them, for objects of the suite alone: this process is its server. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { AdmissionregistrationV1Api } from '@kubernetes/client-node';
import { hostAddress, inUrl } from '../../lab/addresses.ts';
import { openssl } from '../unit/cluster/api/tls/certificates.ts';
import { canary, dryRun, own, until } from './admission.ts';
import type { BorrowedLab } from './lab.ts';

/** What the API server asks about; a pod that a controller makes has no name then. */
export interface Asked {
  resource: string;
  namespace: string;
}

interface Request {
  uid: string;
  name?: string;
  namespace?: string;
  dryRun?: boolean;
  resource: { resource: string };
}

const name = `${canary}-webhook`;
/** The most that the API allows. */
const timeoutSeconds = 30;

/**
 * Has the API server ask before it makes pods and DaemonSets of the suite, while `work` runs: they are let in once `meanwhile` is done. Begins when
 * that is in force, and ends when it is no more. Returns what was asked about as well; throws what `meanwhile` threw.
 */
export async function asking<T>(
  { lab, api }: BorrowedLab,
  meanwhile: (asked: Asked) => Promise<unknown>,
  work: () => Promise<T>,
): Promise<{ done: T; asked: Asked[] }> {
  const admission = api.target.kubeConfig.makeApiClient(AdmissionregistrationV1Api);
  const host = lab.families[0] === 'IPv6' ? hostAddress.ipv6 : hostAddress.ipv4;
  const asked: Asked[] = [];
  const failures: unknown[] = [];
  let canaries = 0;
  const { server, authority } = await serve(host, async (request) => {
    if (request.name === canary) canaries++;
    if (request.dryRun === true) return;
    const one = { resource: request.resource.resource, namespace: request.namespace ?? '' };
    asked.push(one);
    await meanwhile(one).catch((error: unknown) => failures.push(error));
  });
  const isAsked = async (): Promise<boolean> => {
    const before = canaries;
    await dryRun(api, { name: canary });
    return canaries > before;
  };
  try {
    const { port } = server.address() as AddressInfo;
    const rule = (apiGroup: string, resource: string): object => ({
      apiGroups: [apiGroup],
      apiVersions: ['v1'],
      operations: ['CREATE'],
      resources: [resource],
    });
    await admission.createValidatingWebhookConfiguration({
      body: {
        metadata: { name },
        webhooks: [
          {
            name: 'webhook.flatnet.example',
            admissionReviewVersions: ['v1'],
            sideEffects: 'NoneOnDryRun',
            // Whatever becomes of the server, nothing is refused for it.
            failurePolicy: 'Ignore',
            timeoutSeconds,
            rules: [rule('', 'pods'), rule('apps', 'daemonsets')],
            matchConditions: [{ name: 'own', expression: own }],
            clientConfig: {
              url: `https://${inUrl(host)}:${port}/`,
              caBundle: Buffer.from(authority).toString('base64'),
            },
          },
        ],
      },
    });
    await until(isAsked, `${name} is asked`);
    const done = await work();
    if (failures.length > 0) throw failures[0];
    return { done, asked };
  } finally {
    await admission.deleteValidatingWebhookConfiguration({ name }).catch(() => undefined);
    try {
      await until(async () => !(await isAsked()), `${name} is no longer asked`);
    } finally {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }
}

/** A server that allows whatever it is asked about, at an address of this machine, with a certificate for it. */
async function serve(
  host: string,
  before: (request: Request) => Promise<void>,
): Promise<{ server: Server; authority: string }> {
  const made = await openssl();
  try {
    const { cert: authority } = await made.authority('webhooks');
    const pair = await made.certificate('webhooks', 'webhook', { names: `IP:${host}` });
    const server = createServer(pair, (asked, answer) => {
      const review = async (): Promise<void> => {
        const { request, ...kind } = JSON.parse(await text(asked)) as { request: Request };
        await before(request);
        answer.setHeader('content-type', 'application/json');
        answer.end(JSON.stringify({ ...kind, response: { uid: request.uid, allowed: true } }));
      };
      review().catch(() => answer.destroy());
    });
    server.listen(0, host);
    await once(server, 'listening');
    return { server, authority };
  } finally {
    await made.remove();
  }
}
