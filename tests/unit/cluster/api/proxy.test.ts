import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ClusterError } from '../../../../lib/cluster/api/errors.ts';
import { proxyFor } from '../../../../lib/cluster/api/proxy.ts';

const proxy = 'http://proxy.example:3128';

/** Cases of Go's golang.org/x/net/http/httpproxy, which kubectl uses: entries of NO_PROXY that exempt the server, and others that do not. */
const cases: [server: string, exempt: string[], not: string[]][] = [
  [
    'https://example.org:6443',
    ['example.org', 'EXAMPLE.org', 'org', '*', 'a.test, *'],
    ['.example.org', '*.example.org', 'ample.org', '*example.org', ''],
  ],
  [
    'https://api.example.org:6443',
    ['example.org', '.example.org', '*.example.org', 'api.example.org'],
    ['xapi.example.org', 'pi.example.org', '10.0.0.0/8'],
  ],
  ['https://example.org:6443', ['example.org:6443', 'example.org:'], ['example.org:443', ':6443', '.example.org:6443']],
  ['https://example.org', ['example.org:443'], ['example.org:6443']],
  [
    'https://10.1.2.3:6443',
    ['10.1.2.3', '10.1.2.3:6443', '10.0.0.0/8', 'a.test , 10.1.2.0/24', '::ffff:10.1.2.3'],
    [
      '10.1.2.4',
      '10.1.2.3:443',
      '10.2.0.0/16',
      '10/8',
      '10.0.0.0/8/8',
      '10.0.0.0/33',
      '0::/0',
      'a.test 10.1.2.3',
      '.3',
      '2.3',
    ],
  ],
  [
    'https://[fd00::1]:6443',
    ['fd00::1', 'fd00:0:0::1', '[fd00::1]:6443', 'fd00::/8'],
    ['fd00::2', '[fd00::1]', '[fd00::1]:443', '10.0.0.0/8', '::/x'],
  ],
  ['https://bücher.example:6443', ['bücher.example', 'xn--bcher-kva.example'], ['bucher.example']],
];

describe('the proxy on the way to an API server', () => {
  for (const [server, exempt, not] of cases)
    it(`is none to ${server} where NO_PROXY names it in one of ${exempt.length} ways`, () => {
      for (const entry of exempt)
        expect(proxyFor(server, { env: { HTTPS_PROXY: proxy, NO_PROXY: entry } }), entry).to.equal(null);
      for (const entry of not)
        expect(proxyFor(server, { env: { HTTPS_PROXY: proxy, NO_PROXY: entry } }), entry).to.equal(proxy);
    });

  it('is none to this machine, by any of its addresses', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', '[::ffff:127.0.0.1]'])
      expect(proxyFor(`https://${host}:1`, { env: { HTTPS_PROXY: proxy } }), host).to.equal(null);
    expect(proxyFor('https://127.example.org:1', { env: { HTTPS_PROXY: proxy } })).to.equal(proxy);
  });

  it('is that of the scheme: HTTPS_PROXY or HTTP_PROXY, never ALL_PROXY', () => {
    const env = {
      HTTPS_PROXY: 'http://one.example:1',
      HTTP_PROXY: 'http://two.example:2',
      ALL_PROXY: proxy,
      all_proxy: proxy,
    };
    expect(proxyFor('https://example.org', { env })).to.equal('http://one.example:1');
    expect(proxyFor('http://example.org', { env })).to.equal('http://two.example:2');
    expect(
      proxyFor('https://example.org', { env: { HTTP_PROXY: proxy, ALL_PROXY: proxy, all_proxy: proxy } }),
    ).to.equal(null);
  });

  it('is named in upper case first, then in lower case; what is empty is not set', () => {
    const env = {
      HTTPS_PROXY: proxy,
      https_proxy: 'http://other.example:1',
      NO_PROXY: 'a.test',
      no_proxy: 'example.org',
    };
    expect(proxyFor('https://example.org', { env })).to.equal(proxy);
    expect(proxyFor('https://example.org', { env: { ...env, NO_PROXY: '' } })).to.equal(null);
    expect(proxyFor('https://b.test', { env: { ...env, HTTPS_PROXY: '' } })).to.equal('http://other.example:1');
  });

  it('needs no scheme, and may be a SOCKS server', () => {
    for (const [value, expected] of [
      ['proxy.example:3128', proxy],
      ['192.0.2.1:3128', 'http://192.0.2.1:3128'],
      ['socks5://proxy.example:1080', 'socks5://proxy.example:1080'],
    ] as const)
      expect(proxyFor('https://example.org', { env: { HTTPS_PROXY: value } })).to.equal(expected);
  });

  it('is what the kubeconfig says, if it says anything', () => {
    const env = { HTTPS_PROXY: proxy, NO_PROXY: '*' };
    expect(proxyFor('https://10.1.2.3:6443', { configured: '', env: { HTTPS_PROXY: proxy } })).to.equal(null);
    expect(proxyFor('https://[::1]:1', { configured: 'http://other.example:1', env })).to.equal(
      'http://other.example:1',
    );
  });

  it('is refused where it is none, without its password, and only where it is used', () => {
    const refused = (value: string): ClusterError => {
      try {
        proxyFor('https://example.org', { env: { HTTPS_PROXY: value } });
      } catch (error) {
        if (error instanceof ClusterError) return error;
      }
      throw new Error(`${value} was accepted`);
    };
    expect(refused('ftp://proxy.example').message).to.equal(
      'HTTPS_PROXY is no address of a proxy: "ftp://proxy.example".',
    );
    expect(refused('http://me:secret@proxy.example:port').message).to.equal(
      'HTTPS_PROXY is no address of a proxy: "…@proxy.example:port".',
    );
    expect(refused('http://').code).to.equal('proxy-invalid');
    expect(proxyFor('https://example.org', { env: { HTTPS_PROXY: 'http://', NO_PROXY: 'example.org' } })).to.equal(
      null,
    );
    expect(() => proxyFor('https://example.org', { configured: 'ftp://proxy.example' })).to.throw('proxy-url');
  });
});
