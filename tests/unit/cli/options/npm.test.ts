import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseOptions, type Options } from '../../../../lib/cli/options/options.ts';
import { UsageError } from '../../../../lib/cli/usage-error.ts';

const known = [
  { id: 'a/one', level: 'MUST' },
  { id: 'a/two', level: 'SHOULD' },
] as const;

/** As npm 11.19 starts the script: a few of its own variables are always there. */
function npmTest(variables: Record<string, string>, ...argv: string[]): Options {
  const own = {
    npm_lifecycle_event: 'test',
    npm_config_user_agent: 'npm/11.19.1',
    npm_config_yes: '',
    npm_config_cache: '/root/.npm',
    npm_config_node_gyp: 'x',
    npm_config_nodedir: '/usr',
    npm_config_loglevel: 'silent',
    npm_config_usage: '',
    npm_config_noproxy: '',
    npm_config_proxy: 'http://proxy.example:3128',
    npm_config_global_prefix: '/usr',
  };
  return parseOptions(argv, { ...own, ...variables }, known);
}

function refused(work: () => unknown): UsageError {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('what npm hands on', () => {
  it('npm test: the lab, whatever npm itself is configured to', () => {
    expect(npmTest({}).target).to.deep.equal({
      kind: 'lab',
      nodes: 3,
      proxy: 'iptables',
      families: ['IPv4'],
      topology: 'routed',
    });
  });

  it("npm test --kubeconfig: the user's own default", () => {
    expect(npmTest({ npm_config_kubeconfig: 'true' }).target).to.deep.include({ kind: 'kubeconfig', file: null });
  });

  it('npm test --kubeconfig=FILE and --kubeconfig FILE: that file', () => {
    expect(npmTest({ npm_config_kubeconfig: 'FILE' }).target).to.deep.include({ kind: 'kubeconfig', file: 'FILE' });
    expect(npmTest({ npm_config_kubeconfig: 'true' }, 'FILE').target).to.deep.include({ file: 'FILE' });
  });

  it('npm test --details: the tables, too', () => {
    expect(npmTest({ npm_config_details: 'true' }).details).to.equal(true);
    expect(npmTest({}).details).to.equal(false);
  });

  it('npm test --kubeconfig=$UNSET and --no-kubeconfig: refused, never the lab', () => {
    expect(refused(() => npmTest({ npm_config_kubeconfig: '' })).code).to.equal('missing-value');
  });

  it('npm test --kubeconfig -- --context NAME: one half each way', () => {
    expect(npmTest({ npm_config_kubeconfig: 'true' }, '--context', 'NAME').target).to.deep.equal({
      kind: 'kubeconfig',
      file: null,
      context: 'NAME',
    });
  });

  it('npm test --kubeconfig FILE --strict -- --keep: all three', () => {
    const options = npmTest({ npm_config_kubeconfig: 'true', npm_config_strict: 'true' }, 'FILE', '--keep');
    expect(options).to.deep.include({ strict: true, keep: true });
    expect(options.target).to.deep.include({ file: 'FILE' });
  });

  it('npm test --kubeconfig FILE --context NAME: nobody can tell which is which', () => {
    const error = refused(() => npmTest({ npm_config_kubeconfig: 'true', npm_config_context: 'true' }, 'FILE', 'NAME'));
    expect(error.code).to.equal('stray-argument');
    expect(error.remedy).to.include('npm test -- --kubeconfig FILE --context NAME');
  });

  it('npm test --kubeconfig --context NAME: refused as well', () => {
    expect(refused(() => npmTest({ npm_config_kubeconfig: 'true', npm_config_context: 'true' }, 'NAME')).code).to.equal(
      'stray-argument',
    );
  });

  it('plain options, options with a value, and repeated ones', () => {
    const options = npmTest({
      npm_config_keep: 'true',
      npm_config_dry_run: 'true',
      npm_config_host_port: '7777',
      npm_config_clause: 'a/one\n\na/two',
      npm_config_strict: '',
    });
    expect(options).to.deep.include({ keep: true, action: 'dry-run', hostPort: 7777, strict: false });
    expect(options.clauses).to.deep.equal(['a/one', 'a/two']);
    expect(npmTest({ npm_config_clause: 'true\n\ntrue' }, 'a/one', 'a/two').clauses).to.have.length(2);
    expect(npmTest({ npm_config_level: 'true' }, 'SHOULD').clauses).to.deep.equal(['a/two']);
  });

  it('a bare option that needs a value is refused', () => {
    expect(refused(() => npmTest({ npm_config_clause: 'true' })).code).to.equal('missing-value');
  });

  it('two different files, one each way, are refused', () => {
    expect(refused(() => npmTest({ npm_config_kubeconfig: 'ONE' }, '--kubeconfig', 'TWO')).code).to.equal(
      'given-twice',
    );
  });

  it('a slip in the name of an option is refused, not ignored', () => {
    expect(refused(() => npmTest({ npm_config_kubeconfg: 'FILE' })).message).to.include('--kubeconfig');
    expect(refused(() => npmTest({ npm_config_kube_config: 'FILE' })).message).to.include('--kubeconfig');
  });

  it('a path is where the user stood, not where npm went; "~" is expanded, which no shell does behind "="', () => {
    const where = { INIT_CWD: '/home/me/sub', HOME: '/home/me' };
    const file = (path: string) => npmTest({ ...where, npm_config_kubeconfig: path }).target;
    expect(file('../config')).to.deep.include({ file: '/home/me/config' });
    expect(file('/etc/config')).to.deep.include({ file: '/etc/config' });
    expect(file('~/.kube/config')).to.deep.include({ file: '/home/me/.kube/config' });
    expect(npmTest(where, '--reports', 'out').reports).to.equal('/home/me/sub/out');
    expect(npmTest(where).reports).to.equal('reports');
  });

  it('an argument that belongs to nothing is refused', () => {
    expect(refused(() => npmTest({}, 'FILE')).code).to.equal('stray-argument');
    expect(refused(() => npmTest({ npm_config_kubeconfig: 'FILE' }, 'OTHER')).code).to.equal('stray-argument');
  });

  it('what another npm script was given does not leak in', () => {
    const options = npmTest({ npm_lifecycle_event: 'check', npm_config_kubeconfig: 'FILE', npm_config_strict: 'true' });
    expect(options.target.kind).to.equal('lab');
    expect(options.strict).to.equal(false);
  });
});
