import { expect } from 'chai';
import { describe, it } from 'mocha';
import { helpText, parseOptions, type Options } from '../../../../lib/cli/options/options.ts';
import type { LabTarget } from '../../../../lib/cli/target/lab.ts';
import type { KnownClause } from '../../../../lib/cli/options/select.ts';
import { UsageError } from '../../../../lib/cli/usage-error.ts';

const known: KnownClause[] = [
  { id: 'addressing/one-owner-per-ip', level: 'MUST' },
  { id: 'flat-network/node-to-node', level: 'MUST' },
  { id: 'flat-network/pod-to-node-without-nat', level: 'SHOULD' },
  { id: 'flat-network/self-ip', level: 'MUST' },
  { id: 'services/proxy-mode', level: 'INFO' },
];

function parse(...argv: string[]): Options {
  return parseOptions(argv, {}, known);
}

function refused(work: () => unknown): UsageError {
  try {
    work();
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    expect((error as UsageError).message, 'one sentence').to.match(/^[^\n]+[.?]$/);
    return error as UsageError;
  }
  throw new Error('nothing was refused');
}

describe('options', () => {
  it('no option at all is a run of every clause on the lab', () => {
    expect(parse()).to.deep.equal({
      action: 'run',
      target: { kind: 'lab', nodes: 3, proxy: 'iptables', families: ['IPv4'], topology: 'routed' },
      clauses: known.map(({ id }) => id),
      selected: false,
      strict: false,
      keep: false,
      image: null,
      imagePullSecret: null,
      hostPort: null,
      podsOnly: false,
      marks: { labels: {}, annotations: {} },
      limits: {},
      latency: 'short',
      policies: 'short',
      headroom: false,
      holdMs: 0,
      reports: 'reports',
      details: false,
      setUpDeadlineMs: 180_000,
    });
  });

  it('--kubeconfig with a file, with = and bare', () => {
    expect(parse('--kubeconfig', 'FILE', '--context', 'NAME').target).to.deep.equal({
      kind: 'kubeconfig',
      file: 'FILE',
      context: 'NAME',
    });
    expect(parse('--kubeconfig=FILE').target).to.deep.equal({ kind: 'kubeconfig', file: 'FILE', context: null });
    expect(parse('--kubeconfig').target).to.deep.equal({ kind: 'kubeconfig', file: null, context: null });
    expect(parse('--kubeconfig', '--strict').target).to.deep.equal({ kind: 'kubeconfig', file: null, context: null });
  });

  it('labels, annotations and limits of what is made', () => {
    const { marks, limits, podsOnly } = parse(
      ...'--label team=net --label a.example/b= --annotation note=a=b --limits cpu=500m,memory=256Mi --pods-only'.split(
        ' ',
      ),
    );
    expect(marks).to.deep.equal({ labels: { team: 'net', 'a.example/b': '' }, annotations: { note: 'a=b' } });
    expect(limits).to.deep.equal({ cpu: '500m', memory: '256Mi' });
    expect(podsOnly).to.equal(true);
    for (const [argv, code] of [
      ['--label team', 'invalid-value'],
      ['--label team=a/b', 'invalid-value'],
      ['--label flatnet/probe=x', 'invalid-value'],
      ['--label team=a --label team=b', 'given-twice'],
      ['--limits cpu', 'invalid-value'],
      ['--limits disk=1Gi', 'invalid-value'],
      ['--pods-only --host-port 7777', 'not-together'],
    ] as const)
      expect(refused(() => parse(...argv.split(' '))).code, argv).to.equal(code);
  });

  it('everything else arrives typed', () => {
    const options = parse(
      ...'--kubeconfig F --strict --keep --image r.example/node:26 --image-pull-secret kube-system/pull'.split(' '),
      ...'--host-port 7777 --reports out --details --deadline 60 --dry-run'.split(' '),
    );
    expect(options).to.deep.include({
      action: 'dry-run',
      strict: true,
      keep: true,
      image: 'r.example/node:26',
      imagePullSecret: { namespace: 'kube-system', name: 'pull' },
      hostPort: 7777,
      reports: 'out',
      details: true,
      setUpDeadlineMs: 60_000,
    });
  });

  it('the lab has its own options', () => {
    const argv = ['--nodes', '5', '--proxy', 'nftables', '--dual-stack', '--topology', 'flannel'];
    expect(parse(...argv).target).to.deep.equal({
      kind: 'lab',
      nodes: 5,
      proxy: 'nftables',
      families: ['IPv4', 'IPv6'],
      topology: 'flannel',
    });
  });

  it('--dual-stack is short for --families dual', () => {
    const families = (...argv: string[]) => (parse(...argv).target as LabTarget).families;
    expect(families('--families', 'ipv6')).to.deep.equal(['IPv6']);
    for (const argv of [['--dual-stack'], ['--families', 'dual'], ['--dual-stack', '--families', 'dual']])
      expect(families(...argv), argv.join()).to.deep.equal(['IPv4', 'IPv6']);
  });

  it('--help, --version and --list are actions', () => {
    expect(parse('--help').action).to.equal('help');
    expect(parse('--version').action).to.equal('version');
    expect(parse('--list').action).to.equal('list');
    expect(parse('--help', '--kubeconfig', '--nodes', '3').action).to.equal('help');
    expect(parse('--version', '--context', 'prod').action).to.equal('version');
  });

  it('--help names every option, the exit codes and examples', () => {
    const text = helpText();
    for (const word of ['--kubeconfig [file]', '--image-pull-secret', 'The lab', 'Exit codes', 'npm 12']) {
      expect(text).to.include(word);
    }
    expect(text.split('\n').every((line) => line.length <= 120)).to.equal(true);
  });
});

describe('selecting clauses', () => {
  it('an id, a folder, both, in the order of the catalogue', () => {
    expect(parse('--clause', 'flat-network/self-ip', '--clause', 'addressing').clauses).to.deep.equal([
      'addressing/one-owner-per-ip',
      'flat-network/self-ip',
    ]);
    expect(parse('--clause', 'flat-network/').clauses).to.have.length(3);
    expect(parse('--clause', 'specs/flat-network/self-ip.spec.ts').clauses).to.deep.equal(['flat-network/self-ip']);
  });

  it('a level is exactly that level, and can be repeated', () => {
    expect(parse('--level', 'SHOULD').clauses).to.deep.equal(['flat-network/pod-to-node-without-nat']);
    expect(parse('--level', 'should', '--level', 'INFO').clauses).to.have.length(2);
    expect(parse('--level', 'MUST').selected).to.equal(true);
  });

  it('an unknown clause is refused with the nearest one', () => {
    const error = refused(() => parse('--clause', 'flat-network/node-to-nod'));
    expect(error.code).to.equal('unknown-clause');
    expect(error.message).to.include('Did you mean "flat-network/node-to-node"?');
    expect(refused(() => parse('--clause', 'self-ip')).message).to.include('"flat-network/self-ip"');
    expect(refused(() => parse('--clause', 'adressing')).message).to.include('"addressing"');
    expect(refused(() => parse('--clause', 'flat')).message).to.include('"flat-network"');
    expect(refused(() => parse('--clause', 'flat-network/node')).message).to.include('"flat-network/node-to-');
    expect(refused(() => parse('--clause', 'zzz')).message).not.to.include('Did you mean');
  });

  it('a load for a clause that was not chosen is refused', () => {
    const loading: KnownClause = { id: 'services/full-speed', level: 'INFO', needs: ['load'] };
    const all = [...known, loading];
    const error = refused(() => parseOptions(['--clause', 'flat-network', '--headroom'], {}, all));
    expect(error.code).to.equal('nothing-to-load-for');
    expect(error.message).to.include('services/full-speed').and.to.include('that clause was not chosen');
    expect(error.remedy).to.include('--clause services/full-speed');
    const both = [...all, { ...loading, id: 'services/more' }];
    expect(refused(() => parseOptions(['--clause', 'flat-network', '--headroom'], {}, both)).message).to.include(
      'services/full-speed, services/more load the network, and none of these clauses was chosen',
    );
    expect(parseOptions(['--headroom'], {}, all).headroom).to.equal(true);
    expect(parseOptions(['--headroom', '--clause', 'services'], {}, all).headroom).to.equal(true);
  });

  it('a selection that leaves nothing to run is refused', () => {
    expect(refused(() => parse('--clause', 'services', '--level', 'MUST')).code).to.equal('nothing-selected');
  });
});

describe('wrong usage', () => {
  const cases: [string, string[], string, RegExp][] = [
    ['an unknown option', ['--stict'], 'unknown-option', /--stict.*--strict/],
    ['a value for a flag', ['--strict=3'], 'invalid-value', /--strict takes no value but was given "3"/],
    ['a value for an unknown option', ['--stict=3'], 'unknown-option', /--stict=3/],
    ['a stray argument', ['FILE'], 'stray-argument', /"FILE"/],
    ['a missing value', ['--context'], 'missing-value', /--context/],
    ['an empty file name', ['--kubeconfig='], 'missing-value', /--kubeconfig.*empty/],
    ['an empty file name after a space', ['--kubeconfig', ''], 'missing-value', /--kubeconfig.*empty/],
    ['a level that is none', ['--level', 'COULD'], 'invalid-value', /MUST, SHOULD, INFO.*"COULD"/],
    ['a port that is none', ['--host-port', '70000'], 'invalid-value', /--host-port/],
    ['a number that is none', ['--nodes', '3x'], 'invalid-value', /--nodes/],
    ['a proxy mode that the lab has not', ['--proxy', 'ipvs'], 'invalid-value', /iptables or nftables/],
    [
      'a form of measuring that there is not',
      ['--latency', 'long'],
      'invalid-value',
      /takes short, full or off, not "long"/,
    ],
    [
      'a form of trying policies that there is not',
      ['--policies', 'some'],
      'invalid-value',
      /short, full or off, not "some"/,
    ],
    ['a topology that the lab has not', ['--topology', 'calico'], 'invalid-value', /routed, flannel, .*"calico"/],
    ['more nodes than a lab bears', ['--nodes', '21'], 'invalid-value', /1 to 20/],
    ['IPv6 by a way that has none', ['--topology', 'flannel-udp', '--dual-stack'], 'not-together', /IPv4 only/],
    ['IPv6 alone there', ['--topology', 'flannel-udp', '--families', 'ipv6'], 'not-together', /IPv4 only/],
    ['families that there are not', ['--families', 'ipv5'], 'invalid-value', /ipv4, ipv6 or dual, not "ipv5"/],
    [
      'two answers to one question',
      ['--dual-stack', '--families', 'ipv6'],
      'not-together',
      /contradicts --families ipv6/,
    ],
    [
      'a mode of kube-proxy where there is none',
      ['--topology', 'cilium-kube-proxy-free', '--proxy', 'nftables'],
      'not-together',
      /runs no kube-proxy/,
    ],
    ['a Secret without its namespace', ['--image-pull-secret', 'pull'], 'invalid-value', /NAMESPACE\/NAME/],
    ['a context without a kubeconfig', ['--context', 'prod'], 'needs-kubeconfig', /--context needs --kubeconfig/],
    ['an image for the lab', ['--image', 'x'], 'needs-kubeconfig', /--image/],
    ['lab nodes on a real cluster', ['--kubeconfig', '--nodes', '5'], 'only-for-the-lab', /--nodes/],
    ['dual stack on a real cluster', ['--kubeconfig', 'F', '--dual-stack'], 'only-for-the-lab', /--dual-stack/],
    ['a topology on a real cluster', ['--kubeconfig', 'F', '--topology', 'routed'], 'only-for-the-lab', /--topology/],
  ];
  for (const [title, argv, code, message] of cases) {
    it(`${title} is one sentence with exit code 2`, () => {
      const error = refused(() => parse(...argv));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
      expect(error.exitCode).to.equal(2);
    });
  }
});
