import { canonicalAddress, carriedTwice } from '../cluster/addresses.ts';
import type { AddressOwner, Probe, Survey } from '../cluster/model.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import { delivered } from '../verdict/oracle/expectation.ts';
import type { Facts } from './facts.ts';
import type { Violation } from './violation.ts';

/**
 * Whether every address has one owner: as the API tells, and as the answers to dials tell.
 * An address that nobody could ask leaves the question open. A double is looked for twice: addresses change hands while pods come and go.
 */
export async function ownersOf(
  survey: Pick<Survey, 'owners' | 'refreshOwners'>,
  exchanges: Exchanged[],
  nodes: readonly Probe[] = [],
): Promise<Facts> {
  const dials = exchanges.flatMap((exchanged) => exchanged.dialled);
  const owners = [...survey.owners, ...probeOwners(dials)];
  const shared = await lastingDoubles(owners, survey);
  const carried = carriedTwice(survey.owners, nodes).map(({ link, ...one }): Violation => ({
    kind: 'carried twice',
    ...one,
    evidence: `${one.address} belongs to node ${one.owner}, and ${one.carrier} carries it, too (on ${link})`,
  }));
  const answers = dials.filter(isTelling);
  const strangers = answeredByOthers(answers);
  const asked = new Set(answers.map((dial) => dial.address));
  const unasked = [...new Set(dials.map((dial) => dial.address))].filter((address) => !asked.has(address));
  return {
    expected: 'every address belongs to one pod or one node, and it is the owner who answers there',
    seen: `${owners.length} addresses in the API, ${shared.length + carried.length} with two owners; ${asked.size} asked, ${strangers.length} answered by another`,
    violations: [...shared, ...carried, ...strangers],
    inconclusive:
      unasked.length === 0
        ? null
        : `nobody answered at ${unasked.slice(0, 5).join(', ')}${unasked.length > 5 ? ` and ${unasked.length - 5} more addresses` : ''}`,
    dials: [{ dialled: answers.filter(isAnsweredByAnother), expectation: delivered }],
  };
}

/** The run's own pods, which the survey came too early for. A host-network probe has its node's addresses. */
function probeOwners(dials: Dialled[]): AddressOwner[] {
  const probes = new Set(
    dials.flatMap(({ from, to }) => [from, ...to.responders]).filter(({ kind }) => kind === 'pod'),
  );
  return [...probes].flatMap(({ pod, node, addresses }) =>
    Object.values(addresses).map((address) => ({ kind: 'pod' as const, name: pod, node, address })),
  );
}

async function lastingDoubles(
  owners: AddressOwner[],
  { refreshOwners }: Pick<Survey, 'refreshOwners'>,
): Promise<Violation[]> {
  const first = doublesAmong(owners);
  if (first.length === 0 || refreshOwners === undefined) return first.map(violation);
  const seen = new Set(first.map(({ address }) => address));
  return doublesAmong(await refreshOwners())
    .filter(({ address }) => seen.has(address))
    .map(violation);
}

/** Somebody answered: the owner, another probe, or a stranger who does not speak the probes' language. */
function isTelling({ record, inconclusive }: Dialled): boolean {
  return inconclusive === null && (record?.outcome === 'delivered' || record?.outcome === 'wrong responder');
}

function isAnsweredByAnother({ record, to }: Dialled): boolean {
  return record?.outcome === 'wrong responder' || (record?.views ?? []).some(({ who }) => !to.mayAnswer.has(who.uid));
}

interface Double {
  address: string;
  holders: AddressOwner[];
}

/** Addresses that the API gives to more than one pod, or to a pod and a node. */
function doublesAmong(owners: AddressOwner[]): Double[] {
  return [...Map.groupBy(owners, (owner) => canonicalAddress(owner.address))]
    .map(([address, all]) => ({ address, holders: distinctHolders(all) }))
    .filter(({ holders }) => holders.length > 1);
}

function violation({ address, holders }: Double): Violation {
  return {
    kind: 'two owners',
    address,
    holders,
    evidence: `${address} belongs to ${holders.map((holder) => `${holder.kind} ${holder.name} on ${holder.node}`).join(' and ')}`,
  };
}

function distinctHolders(owners: AddressOwner[]): AddressOwner[] {
  return [...new Map(owners.map((owner) => [`${owner.kind} ${owner.name}`, owner])).values()];
}

function answeredByOthers(answers: Dialled[]): Violation[] {
  const found = new Map<string, Violation>();
  for (const dial of answers) {
    if (dial.record?.outcome === 'wrong responder')
      found.set(`${dial.address} a stranger`, {
        kind: 'answered by another',
        address: dial.address,
        evidence: `${dial.address} belongs to ${dial.to.name}, but to ${dial.from.node}/${dial.from.name} something that is no probe answered there`,
      });
    for (const { who } of dial.record?.views ?? []) {
      if (dial.to.mayAnswer.has(who.uid)) continue;
      found.set(`${dial.address} ${who.uid}`, {
        kind: 'answered by another',
        address: dial.address,
        evidence: `${dial.address} belongs to ${dial.to.name}, but to ${dial.from.node}/${dial.from.name} it was ${who.node}/${who.pod} that answered there`,
      });
    }
  }
  return [...found.values()];
}
