/** A network plugin's own policies for the whole cluster, which select pods of every namespace: those of the run, too. */
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import { statusOf } from '../api/errors.ts';
import { customPage, listAll } from '../api/pages.ts';

const kinds: Readonly<Record<string, { group: string; version: string; plural: string; lookWith: string }>> = {
  cilium: {
    group: 'cilium.io',
    version: 'v2',
    plural: 'ciliumclusterwidenetworkpolicies',
    lookWith: 'kubectl get ccnp -o yaml',
  },
};

const named = z.object({ metadata: z.object({ name: z.string() }) });
const mostNames = 3;

/** A note that names them; none where there are none, or none may be listed. */
export async function widePolicies(api: Api, { cni }: { cni: string }): Promise<string[]> {
  const kind = kinds[cni];
  if (kind === undefined) return [];
  const { lookWith, ...which } = kind;
  try {
    const list = async (page: object): Promise<z.infer<typeof customPage>> =>
      customPage.parse(await api.custom.listClusterCustomObject({ ...which, ...page }));
    const names = (await listAll(list)).map((item) => named.parse(item).metadata.name);
    if (names.length === 0) return [];
    const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
    return [
      `${kind.plural}.${kind.group} may hold back what the probes send, in any namespace: ${names.slice(0, mostNames).join(', ')}${more} (${lookWith})`,
    ];
  } catch (error) {
    const status = statusOf(error);
    if (error instanceof z.ZodError || status === 403 || status === 404) return [];
    throw error;
  }
}
