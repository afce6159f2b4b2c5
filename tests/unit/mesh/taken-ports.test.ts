import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { SocketAddress } from '../../../lib/conversations/basics.ts';
import type { Dialled, Exchanged } from '../../../lib/mesh/dialled.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { newTakenPorts } from '../../../lib/mesh/taken-ports.ts';
import { untranslated } from '../../../lib/verdict/oracle/expectation.ts';
import { judge } from '../../../lib/verdict/oracle/oracle.ts';
import { makeWorld } from './world.ts';

const { nodes, pods } = makeWorld({ nodes: 2 });
const [node, , [pod, , target]] = [nodes[0]!, nodes[1]!, pods] as const;
const at = (address: string, port: number): SocketAddress => ({ address, port });
const nodesOwn = node.addresses.IPv4!;

/** One UDP dial from there, that the pod saw come from `seen`. */
async function dialled(
  from: typeof node,
  { local, seen }: { local: SocketAddress; seen: SocketAddress },
): Promise<Exchanged> {
  const found = await exchange({
    from: [from],
    to: [target!],
    pairs: () => true,
    families: ['IPv4'],
    protocols: ['UDP'],
  });
  const record = found.dialled[0]!.record!;
  record.local = local;
  record.views = record.views.map((view) => ({ ...view, peer: seen }));
  return found;
}

const problemsOf = ({ dialled: [dial] }: Exchanged): string[] => judge(dial as Dialled, untranslated).edge.problems;

describe('a source port that the kernel had to change', () => {
  it('is no translation where another flow had it, as the responder saw', async () => {
    const mark = newTakenPorts();
    const masqueraded = await dialled(pod!, { local: at(pod!.addresses.IPv4!, 40_000), seen: at(nodesOwn, 50_000) });
    const moved = await dialled(node, { local: at(nodesOwn, 50_000), seen: at(nodesOwn, 41_000) });
    mark(masqueraded);
    mark(moved);
    expect(problemsOf(moved)).to.deep.equal([]);
    expect(problemsOf(masqueraded)).to.deep.equal(['source address translated', 'source port translated']);
  });

  it('is one where no other flow had it', async () => {
    const mark = newTakenPorts();
    mark(await dialled(pod!, { local: at(pod!.addresses.IPv4!, 40_000), seen: at(nodesOwn, 50_001) }));
    const moved = await dialled(node, { local: at(nodesOwn, 50_000), seen: at(nodesOwn, 41_000) });
    mark(moved);
    expect(problemsOf(moved)).to.deep.equal(['source port translated']);
  });

  it('excuses no other address', async () => {
    const mark = newTakenPorts();
    mark(await dialled(pod!, { local: at(pod!.addresses.IPv4!, 40_000), seen: at(nodesOwn, 50_000) }));
    const masqueraded = await dialled(node, { local: at(nodesOwn, 50_000), seen: at('198.18.9.9', 41_000) });
    mark(masqueraded);
    expect(problemsOf(masqueraded)).to.deep.equal(['source address translated']);
  });
});
