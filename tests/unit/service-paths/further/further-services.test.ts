import { expect } from 'chai';
import { furtherServices, makeFurtherServices } from '../../../../lib/service-paths/further/further-services.ts';
import { makeSession } from '../make-believe-session.ts';

describe('Services of further kinds', () => {
  it('are made once, and are those that were begun while other clauses were checked', async () => {
    const { session, wanted } = makeSession();
    const { others } = await makeFurtherServices(session);
    const names = wanted.map(({ name }) => name);
    const { affine } = await furtherServices(session);
    expect(wanted.map(({ name }) => name)).to.deep.equal(names);
    expect(names).to.include.members(['node-port-1', 'external-local', 'internal-local', 'affine', 'moving']);
    expect(affine.addresses.IPv4).to.equal(others.find(({ name }) => name === 'affine')?.clusterIP);
  });

  it('are refused to whoever needs them, though nobody waited when they were begun', async () => {
    const refusal = Object.assign(new Error('no'), { code: 'quota-exceeded' });
    const { session } = makeSession(undefined, { refusal });
    makeFurtherServices(session).catch(() => undefined);
    const told = await furtherServices(session).catch((error: unknown) => error);
    expect(told).to.equal(refusal);
  });
});
