/** What client-node 2.0.1 does not read of a kubeconfig's user: tokenFile, and all of impersonation but the name (as-groups, as-uid, as-user-extra). */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { Agent, type Dispatcher } from 'undici';
import { z } from 'zod';

type User = NonNullable<ReturnType<KubeConfig['getCurrentUser']>>;

const fieldsSchema = z.object({
  tokenFile: z.string().nullish(),
  'as-groups': z.array(z.string()).nullish(),
  'as-uid': z.string().nullish(),
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
});
type Fields = z.infer<typeof fieldsSchema>;

/** Keyed by the user's name. */
export type UserFields = ReadonlyMap<string, Fields>;

const usersSchema = z.object({
  users: z.array(z.object({ name: z.string(), user: fieldsSchema.nullish() })).nullish(),
});

/** Headers that may come several times, each with its values. */
export type Impersonation = Readonly<Record<string, readonly string[]>>;

/** These fields of each user; a path is relative to the folder of its file. Throws a ZodError where one has another type. */
export function readUserFields(text: string, folder: string): UserFields {
  const { users } = usersSchema.parse(load(text) ?? {});
  return new Map(
    (users ?? []).map(({ name, user }) => {
      const { tokenFile } = user ?? {};
      return [name, { ...user, ...(tokenFile ? { tokenFile: resolve(folder, tokenFile) } : {}) }];
    }),
  );
}

/** Reads the user's token from a file for each request, since it is renewed there; it takes precedence over one in the kubeconfig. */
export function useTokenFile(kubeConfig: KubeConfig, file: string): void {
  const user = kubeConfig.getCurrentUser();
  kubeConfig.users = kubeConfig.users.map(
    ({ token, ...rest }) => (rest.name === user?.name ? rest : { ...rest, token }) as User,
  );
  kubeConfig.addAuthenticator({
    isAuthProvider: () => true,
    async applyAuthentication(_user, options) {
      const token = (await readFile(file, 'utf8')).trim();
      options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
    },
  });
}

/** The impersonation headers other than `Impersonate-User`. */
export function impersonationOf(fields: Fields): Impersonation {
  const { 'as-groups': groups, 'as-uid': uid, 'as-user-extra': extra } = fields;
  return {
    ...(groups?.length ? { 'Impersonate-Group': groups } : {}),
    ...(uid ? { 'Impersonate-Uid': [uid] } : {}),
    ...Object.fromEntries(
      Object.entries(extra ?? {}).map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, values]),
    ),
  };
}

/** Sends these headers wherever client-node sends the user's own. */
export function impersonate(kubeConfig: KubeConfig, headers: Impersonation): void {
  const forSockets = kubeConfig.applyToHTTPSOptions.bind(kubeConfig);
  kubeConfig.applyToHTTPSOptions = async (options) => {
    await forSockets(options);
    options.headers = { ...options.headers, ...(headers as Record<string, string[]>) };
  };
  const forRequests = kubeConfig.applySecurityAuthentication.bind(kubeConfig);
  kubeConfig.applySecurityAuthentication = async (request) => {
    await forRequests(request);
    for (const [name, values] of Object.entries(headers)) request.setHeaderParam(name, values.join(','));
    request.setDispatcher((request.getDispatcher() ?? new Agent()).compose(onLinesOfTheirOwn(headers)));
  };
}

/** Sends several values of one header as separate lines: fetch would join them, and an API server takes "a,b" for one group. */
function onLinesOfTheirOwn(headers: Impersonation): Dispatcher.DispatcherComposeInterceptor {
  const values = new Map(Object.entries(headers).map(([name, all]) => [name.toLowerCase(), [...all]]));
  return (dispatch) => (options, handler) => {
    const given = Object.entries((options.headers ?? {}) as Record<string, string>);
    const split = given.map(([name, value]) => [name, values.get(name.toLowerCase()) ?? value] as const);
    return dispatch({ ...options, headers: Object.fromEntries(split) }, handler);
  };
}
