import type { Edge } from '../../verdict/run.ts';
import { whatCiliumKnows } from './cilium.ts';
import type { Fold } from '../folding/explained.ts';
import { isRefusedAtTimes } from '../folding/refused.ts';
import { describePattern, describePatterns } from '../words/pattern.ts';
import { guessLoss } from './lost.ts';
import { guessCutOff, guessLossy, slowToConnect } from './lossy.ts';
import { guessMasquerade, guessPortTranslation, guessWrongDestination } from './translated.ts';
import type { Surroundings } from './surroundings.ts';
import { askedFor, familyOf, nodesOf, onNode, overIPv6, rules, type LikelyCause } from './look-with.ts';
import { guessForgotten, guessResponderForgotten } from './held.ts';
import { guessFragments, guessLength, guessTooLarge, guessTooSmall } from './sizes.ts';
import { guessByRoute } from '../routes/by-route.ts';
import { guessAtService } from '../through-services.ts';

/** The likeliest cause of a fold, worded as a guess, and the command to look with. `sound`: edges that speak against what kernels say. */
export function guessCause(fold: Fold, around: Surroundings & { sound: readonly Edge[] }): LikelyCause {
  const { sound, rechecked = [] } = around;
  const { likelyCause, lookWith, ...proof } =
    guessByRoute(fold, around) ?? guessAtService(fold, [...sound, ...rechecked]) ?? guessOf(fold, around);
  const more = [around.plugin, around.policies].includes('cilium')
    ? whatCiliumKnows(fold, { routes: around.plugin === 'cilium' })
    : null;
  const said = { ...proof, likelyCause, lookWith: more === null ? lookWith : `${lookWith}; ${more}` };
  if (familyOf(fold) !== 'IPv6') return said;
  return { ...proof, likelyCause: overIPv6(said.likelyCause), lookWith: overIPv6(said.lookWith) };
}

function guessOf(fold: Fold, around: Surroundings): LikelyCause {
  switch (fold.symptom) {
    case 'lost':
      return guessLoss(fold);
    case 'lossy':
      return guessLossy(fold);
    case 'refused':
      return {
        likelyCause: `something on the path, or the receiving node, rejects ${describePatterns(fold)}${fold.partly || isRefusedAtTimes(fold) ? ' at times: a rate or connection limit, a full table' : ''}`,
        lookWith: rules(nodesOf(fold).to),
      };
    case 'source translated':
      return guessMasquerade(fold, around);
    case 'port translated':
      return guessPortTranslation(fold);
    case 'destination translated':
      return guessWrongDestination(fold);
    case 'damaged':
      return {
        likelyCause: `a device or offload between the two ends changes payloads of ${describePatterns(fold)}`,
        lookWith: onNode(nodesOf(fold).from, 'ethtool -k eth0'),
      };
    case 'let through':
      return guessNotHeldBack(fold);
    case 'slow':
      return slowToConnect(fold);
    case 'too large':
      return guessTooLarge(fold);
    case 'too small':
      return guessTooSmall(fold);
    case 'not closed':
      return guessUnclosed(fold);
    case 'length lost':
      return guessLength(fold);
    case 'forgotten':
      return guessForgotten(fold);
    case 'responder forgotten':
      return guessResponderForgotten(fold);
    case 'cut off':
      return guessCutOff(fold);
    case 'fragments lost':
      return guessFragments(fold);
    case 'not met':
      return guessNotMet(fold);
  }
}

/** They open and carry data; what ends them is lost, each time that the kernel sends it again. */
function guessUnclosed(fold: Fold): LikelyCause {
  const { place } = fold.pattern;
  return {
    likelyCause: `connections of ${describePatterns(fold)} are not closed: what ends them (a FIN), or its acknowledgement, is lost, and data before it is not: a filter that drops segments by their flags or by their state (a connection-tracking entry that is closed or invalid too early), or a device that ends connections itself`,
    lookWith: onNode(
      'node' in place ? place.node : nodesOf(fold).to,
      "nft list ruleset | grep -iE 'fin|ct state|invalid'; iptables-save | grep -iE 'tcp-flags|invalid'; ss -tan state fin-wait-1",
    ),
  };
}

/** Whoever has talked is known; who has not must be asked for. */
function guessNotMet(fold: Fold): LikelyCause {
  const { from, to, target } = nodesOf(fold);
  return {
    likelyCause: `${to} cannot be found by peers that it has not talked to: ${describePattern(fold.pattern)} is lost until then, because ${askedFor(fold)} for its address are dropped or not answered there, or the switch does not pass them on`,
    lookWith: onNode(from, `ip neigh flush to ${target}; ping -c 1 ${target}; ip neigh show ${target}`),
  };
}

function guessNotHeldBack(fold: Fold): LikelyCause {
  return {
    likelyCause: `the network plugin does not enforce NetworkPolicies on ${describePattern(fold.pattern)}, or its agent there has not programmed this one`,
    lookWith: 'kubectl get networkpolicies -A; kubectl -n kube-system get pods -o wide',
  };
}
