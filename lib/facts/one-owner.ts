import ipaddr from 'ipaddr.js';
import type { AddressOwner, Survey } from '../cluster/model.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import { judge } from '../verdict/oracle.ts';
import type { Facts, Violation } from '../verdict/judgement.ts';

/** Whether every address has one owner: as the API tells, and as the answers to dials tell. */
export function ownersOf(survey: Survey, exchanges: Exchanged[]): Facts {
  const shared = sharedAddresses(survey.owners);
  const answers = exchanges
    .flatMap((exchanged) => exchanged.dialled)
    .filter((dial) => dial.record?.outcome === 'delivered');
  const strangers = answeredByOthers(answers);
  const asked = new Set(answers.map((dial) => dial.address));
  return {
    expected: 'every address belongs to one pod or one node, and it is the owner who answers there',
    seen: `${survey.owners.length} addresses in the API, ${shared.length} with two owners; ${asked.size} asked, ${strangers.length} answered by somebody else`,
    violations: [...shared, ...strangers],
    edges: answers
      .map((dial) => judge(dial, { promised: 'delivered' }))
      .filter((edge) => edge.outcome === 'wrong responder'),
  };
}

/** Addresses that the API gives to more than one pod, or to a pod and a node. */
export function sharedAddresses(owners: AddressOwner[]): Violation[] {
  const byAddress = Map.groupBy(owners, (owner) => normal(owner.address));
  return [...byAddress]
    .map(([address, all]) => ({ address, holders: distinctHolders(all) }))
    .filter(({ holders }) => holders.length > 1)
    .map(({ address, holders }) => ({
      evidence: `${address} belongs to ${holders.map((holder) => `${holder.kind} ${holder.name} on ${holder.node}`).join(' and ')}`,
      likelyCause: `the address management of the network plugin gave ${address} away twice`,
      lookWith: `kubectl get pods -A -o wide --field-selector status.podIP=${address}`,
    }));
}

function distinctHolders(owners: AddressOwner[]): AddressOwner[] {
  return [...new Map(owners.map((owner) => [`${owner.kind} ${owner.name}`, owner])).values()];
}

function answeredByOthers(answers: Dialled[]): Violation[] {
  const found = new Map<string, Violation>();
  for (const dial of answers)
    for (const { who } of dial.record?.views ?? []) {
      if (who.uid === dial.to.uid) continue;
      found.set(`${dial.address} ${who.uid}`, {
        evidence: `${dial.address} belongs to ${dial.to.node}/${dial.to.name}, but to ${dial.from.node}/${dial.from.name} it was ${who.node}/${who.pod} that answered there`,
        likelyCause: null,
        lookWith: null,
      });
    }
  return [...found.values()];
}

function normal(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}
