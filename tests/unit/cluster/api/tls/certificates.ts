/** Certificates made by openssl, as wrong as a test wants them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export interface Pair {
  cert: string;
  key: string;
}

interface Wanted {
  /** Years: "2020" is the beginning of it. */
  from?: string;
  until?: string;
  /** A subjectAltName of X.509: "DNS:kubernetes". */
  names?: string;
  /** It may sign others: an intermediate authority. */
  signs?: boolean;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A folder in which authorities and certificates are made; `remove` it. */
export async function openssl(): Promise<{
  folder: string;
  /** A certificate that signs itself. */
  authority: (name: string) => Promise<Pair>;
  /** One that the authority signs; by default it is valid and for 127.0.0.1. */
  certificate: (authority: string, name: string, wanted?: Wanted) => Promise<Pair>;
  remove: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'flatnet-certificates-'));
  const run = (...args: string[]) => execa('openssl', args, { cwd: folder });
  const pair = async (name: string): Promise<Pair> => {
    const [cert, key] = await Promise.all(
      ['crt', 'key'].map((end) => readFile(join(folder, `${name}.${end}`), 'utf8')),
    );
    return { cert: cert!, key: key! };
  };
  return {
    folder,
    async authority(name) {
      await run(
        'req',
        '-x509',
        ...newKey,
        '-days',
        '30',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.crt`,
      );
      return pair(name);
    },
    async certificate(authority, name, { from = '2020', until = '2099', names = 'IP:127.0.0.1', signs = false } = {}) {
      await mkdir(join(folder, `${name}.issued`));
      await writeFile(join(folder, `${name}.db`), '');
      await writeFile(join(folder, `${name}.cnf`), issuing(name, { names, signs }));
      await run('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const dates = ['-startdate', `${from}0101000000Z`, '-enddate', `${until}0101000000Z`];
      const by = ['-cert', `${authority}.crt`, '-keyfile', `${authority}.key`];
      // `req -x509` can't make a certificate that has expired; `ca` can.
      await run(
        'ca',
        '-batch',
        '-notext',
        '-config',
        `${name}.cnf`,
        ...by,
        ...dates,
        '-in',
        `${name}.csr`,
        '-out',
        `${name}.crt`,
      );
      return pair(name);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const issuing = (name: string, { names, signs }: { names: string; signs: boolean }): string => `
[ca]
default_ca = only
[only]
new_certs_dir = ${name}.issued
database = ${name}.db
rand_serial = yes
default_md = sha256
policy = policy
x509_extensions = extensions
[policy]
commonName = supplied
[extensions]
subjectAltName = ${names}
basicConstraints = CA:${signs ? 'TRUE' : 'FALSE'}
`;
