import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { proxyFor } from '../../../../lib/cluster/api/proxy.ts';

const proxy = 'http://proxy.example:3128';
const names = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'] as const;

describe('the proxy on the way to an API server', () => {
  let before: (string | undefined)[];
  beforeEach(() => {
    before = names.map((name) => process.env[name]);
    for (const name of names) delete process.env[name];
    process.env['HTTPS_PROXY'] = proxy;
  });
  afterEach(() => {
    for (const [n, name] of names.entries()) {
      delete process.env[name];
      if (before[n] !== undefined) process.env[name] = before[n];
    }
  });

  for (const [server, not, but] of [
    ['https://10.1.2.3:6443', ['10.1.2.3', '10.0.0.0/8', 'example.org, 10.1.2.0/24'], ['10.1.2.4', '10.2.0.0/16', '']],
    ['https://[fd00::1]:6443', ['fd00::1', 'fd00:0:0::1', '[fd00::1]', 'fd00::/8'], ['fd00::2', '10.0.0.0/8', '::/x']],
    ['https://api.example.org:6443', ['api.example.org', '.example.org'], ['10.0.0.0/8', 'fd00::/8']],
  ] as const)
    it(`is none to ${server} where NO_PROXY names it, or a range with it`, () => {
      for (const entry of not) {
        process.env['NO_PROXY'] = entry;
        expect(proxyFor(server, undefined), entry).to.equal(null);
      }
      for (const entry of but) {
        process.env['NO_PROXY'] = entry;
        expect(proxyFor(server, undefined), entry).to.equal(proxy);
      }
    });

  it('is none to this machine, and where the kubeconfig says so', () => {
    for (const server of ['https://localhost:1', 'https://127.0.0.1:1', 'https://[::1]:1'])
      expect(proxyFor(server, undefined)).to.equal(null);
    expect(proxyFor('https://10.1.2.3:6443', '')).to.equal(null);
    expect(proxyFor('https://[::1]:1', 'http://other.example:1')).to.equal('http://other.example:1');
  });
});
