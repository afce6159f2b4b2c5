import type { Edge } from '../../../verdict/run.ts';

/** A stream of which so many whole packets pass does not stall for their size. */
const packets = 10;
/** Where no interface is known. */
const usualMtu = 1_500;
/** No flow of a dial has more datagrams. */
const datagramsOfFlow = 20;
/** What a flow that was cut off, or got nothing through, does not explain: chance. */
const explainedFrom = 0.9;
/** What a flow passes before it is cut off, as a share of what the longest does. A rate that all flows share lets through much of the first. */
const usuallyOfMost = 0.75;

/** Whether it fails because its flows are cut off, and not for what is lost at random or too large. */
export function isCutOff(edge: Edge): boolean {
  if (edge.problems[0] === 'cut off') return true;
  return edge.protocol === 'TCP' ? isStreamCutOff(edge) : areDatagramsCutOff(edge);
}

function isStreamCutOff({ problems: [problem], size }: Edge): boolean {
  return problem === 'too large' && (size?.passes ?? 0) >= packets * (size?.mtu ?? usualMtu);
}

/**
 * In a calm round, and most of its flows after as many: what came late was cut off earlier. None lasted longer, and few got nothing through: a path
 * that goes down meanwhile cuts off one flow, has answered those before in full, and none of those after.
 */
function areDatagramsCutOff({ problems: [problem], rounds }: Edge): boolean {
  const last = rounds.at(-1);
  if (problem !== 'loss' || last?.cutOff === undefined || rounds.length < 2) return false;
  const { attempts, answered, deadFlows, cutOff } = last;
  const explained = cutOff.lost + deadFlows * datagramsOfFlow;
  const isOfEach = cutOff.flows > deadFlows && answered <= cutOff.flows * cutOff.most;
  const areAlike = answered / cutOff.flows >= usuallyOfMost * cutOff.most;
  return explained >= explainedFrom * (attempts - answered) && isOfEach && areAlike;
}
