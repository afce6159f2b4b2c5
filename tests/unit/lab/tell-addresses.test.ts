import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nodeAddresses } from '../../../lab/addresses.ts';
import type { Api } from '../../../lab/api.ts';
import { tellAddresses } from '../../../lab/topology/tell-addresses.ts';

/** A server whose node somebody else changes between reading and writing, so many times; then it has the answer that is given. */
function changing(times: number, { last = 200 } = {}): { api: Api; written: object[] } {
  let version = 0;
  const written: object[] = [];
  const api: Api = async (method, _path, body) => {
    if (method === 'GET') return { status: 200, body: JSON.stringify({ metadata: { resourceVersion: version } }) };
    version += 1;
    if (version <= times) return { status: 409, body: 'the object has been modified' };
    written.push(body ?? {});
    return { status: last, body: 'as it is' };
  };
  return { api, written };
}

describe('addresses that a node is given before its kubelet tells them', () => {
  it('are written to the node as it is then, though controllers change it meanwhile', async () => {
    const { api, written } = changing(2);
    await tellAddresses(api, nodeAddresses(1), ['IPv4']);
    expect(written).to.deep.equal([
      { metadata: { resourceVersion: 2 }, status: { addresses: [{ type: 'InternalIP', address: '198.18.0.11' }] } },
    ]);
  });

  it('are given up where the server refuses them, or the node is changed again and again', async () => {
    for (const { api } of [changing(0, { last: 422 }), changing(Infinity)]) {
      const refused = await tellAddresses(api, nodeAddresses(1), ['IPv4']).catch((error: unknown) => error);
      expect(refused).to.be.an('error').with.property('message').that.includes('node-1');
    }
  });
});
