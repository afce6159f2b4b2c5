/** Services with a traffic policy of Local that pods of other nodes answer. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Edge } from '../../../lib/verdict/run.ts';
import { causesOf, isPod, mesh } from './mesh.ts';

const nodes = 3;
/** Without a pod behind the Service. */
const without = 'node-3';

/** What a dial of the Service becomes where the policy is kept. */
function kept(edge: Edge, { chooses, isOwn }: { chooses: string; isOwn: boolean }): Edge | null {
  if (chooses === without) return isOwn ? null : { ...edge, outcome: 'denied', responderSees: null };
  return isOwn ? edge : null;
}

/** The same where it is not: any pod answers. */
function strayed(edge: Edge, { chooses, isOwn }: { chooses: string; isOwn: boolean }): Edge {
  if (chooses === without) return { ...edge, problems: ['not denied'] };
  const problems: Edge['problems'] = isOwn ? ['source address translated'] : ['wrong responder'];
  return { ...edge, problems };
}

type Become = (edge: Edge, chosen: { chooses: string; isOwn: boolean }) => Edge | null;

/** Dials from nodes by the NodePorts of others, each to pods of the first two nodes. */
function byNodePorts(become: (node: string) => Become): Edge[] {
  return mesh({ nodes }, () => null)
    .filter(({ from, to }) => from.probe === 'node' && isPod(to) && to.probe === 'pod-a' && to.node !== without)
    .flatMap((edge) =>
      ['node-1', 'node-2', without]
        .filter((chooses) => chooses !== edge.from.node)
        .flatMap((chooses) => {
          const via = { service: 'external-local', kind: 'NodePort', node: chooses, policy: 'Local' } as const;
          const through: Edge = {
            ...edge,
            id: `${edge.id} ${chooses}`,
            port: 30_080,
            to: { ...edge.to, via },
            responderSees: {
              who: `${edge.to.node}/${edge.to.probe}-x`,
              local: { address: '198.18.64.2', port: 8080 },
              peer: { address: '198.18.0.11', port: 40_000 },
            },
          };
          return become(chooses)(through, { chooses, isOwn: edge.to.node === chooses }) ?? [];
        }),
    );
}

const direct = (): Edge[] => mesh({ nodes }, () => null);

describe('a traffic policy of Local', () => {
  it('that is not kept is one cause, with the sources that are translated and the answers that nobody may give', () => {
    const causes = causesOf([...direct(), ...byNodePorts(() => strayed)]);
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(
      /^a traffic policy of Local is not kept: pods of other nodes answer through the Service external-local;/,
    );
    expect(causes[0]?.evidence).to.have.length(1);
    expect(causes[0]?.evidence[0]).to.match(/^pods of other nodes answered \d+ dials, as .* more arrived from another/);
  });

  it('that one node does not keep is told with the node', () => {
    const causes = causesOf([...direct(), ...byNodePorts((node) => (node === 'node-2' ? strayed : kept))]);
    expect(causes.map(({ likelyCause }) => likelyCause)).to.have.length(1);
    expect(causes[0]?.likelyCause).to.include('is not kept on node-2:');
    expect(causes[0]?.lookWith).to.match(/^kubectl debug node\/node-2 /);
  });

  it('that is kept, while sources are translated, is no matter of the policy', () => {
    const masked: Become = (edge, chosen) => {
      const found = kept(edge, chosen);
      return chosen.isOwn && found !== null ? { ...found, problems: ['source address translated'] } : found;
    };
    const causes = causesOf([...direct(), ...byNodePorts(() => masked)]);
    expect(causes.map(({ likelyCause }) => likelyCause).join('\n')).not.to.include('not kept');
    expect(causes[0]?.likelyCause).to.include('translates the source');
  });
});
