import type { Symptom } from './breaks.ts';
import { addressType, chainFault, familyOf } from './chain.ts';
import type { Fault, Scene } from './fault.ts';

/** Addresses whose first packet was seen less than so long ago are dropped on a node: rules for new pods come late there. */
const younger = (
  seconds: number,
  fault: Pick<Fault, 'name' | 'reported' | 'verdict' | 'says' | 'causes' | 'tells' | 'slow'> & { symptom: Symptom },
): Fault => {
  const { symptom, ...rest } = fault;
  const ends = { node: 'node-2', roles: ['fresh pod'] } as const;
  return chainFault({
    ...rest,
    // The probes that stand already are known.
    when: 'running',
    node: 'node-2',
    hook: 'filter hook forward priority -10',
    sets: (scene) =>
      families(scene).flatMap(({ name, type, known }) => [
        `set known_${name} { type ${type}; size 65535; flags dynamic; elements = { ${known.join(', ')} } }`,
        `set young_${name} { type ${type}; size 65535; flags dynamic,timeout; timeout ${seconds}s; }`,
      ]),
    rules: (scene) =>
      families(scene).flatMap(({ name, range }) =>
        ['saddr', 'daddr'].flatMap((side) => {
          const address = `${name} ${side}`;
          return [
            `${address} ${range} ${address} != @known_${name} add @young_${name} { ${address} } add @known_${name} { ${address} }`,
            `${address} @young_${name} drop`,
          ];
        }),
      ),
    breaks: {
      traffic: [
        { symptom, from: ends },
        { symptom, to: ends },
      ],
    },
  });
};

function families({ podRanges, pods }: Scene) {
  const ips = pods.filter(({ node, probe }) => node === 'node-2' && probe !== 'node').flatMap((pod) => pod.ips);
  return podRanges('node-2').map((range) => {
    const name = familyOf(range);
    const type = addressType(range);
    return { name, type, range, known: ips.filter((ip) => familyOf(ip) === name) };
  });
}

export const newPodsDead = younger(20, {
  name: 'new pods dead for 20 s',
  reported: ['projectcalico/calico#9706'],
  symptom: 'lost',
  verdict: 'not conformant',
  says: [/node-2/, /it was transient: gone when asked again [\d.]+ s later/],
  causes: 1,
  slow: true,
});

export const newPodsLag = younger(1, {
  name: 'new pods late by 1 s',
  symptom: 'lost at first',
  verdict: 'conformant',
  says: [],
  tells: [/new pods? (was|were) not reached by all at once: node-\d\/fresh still failed .* and answered/],
  causes: 0,
  slow: true,
});
