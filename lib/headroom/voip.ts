/** "VoIP or gaming?": the open loop of this session, or one of its own. */
import type { OpenLoopArm } from '../latency/open-loop/arms.ts';
import { openLoopData } from '../latency/open-loop/data.ts';
import { foremostPlace } from '../latency/open-loop/where.ts';
import { openLoopMeasurements } from '../latency/open-loop/measurements.ts';
import { openLoopOnce, sentAndEstimated, type EstimatedOpenLoop } from '../latency/open-loop/open-loop.ts';
import { voiceLimits, voiceWords } from '../latency/open-loop/voice.ts';
import { messageOf } from '../message-of.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { Session } from '../verdict/session.ts';
import type { Answer } from './answer.ts';

interface VoipAnswer {
  answer: Answer;
  /** For the file beside the report; null: nothing was sent. */
  data: object | null;
  /** None where another clause of this run has them. */
  measurements: Measurement[];
}

/** The answer, and what it rests on. Never throws: the other questions have their answers all the same. */
export async function voipAnswer(session: Session): Promise<VoipAnswer> {
  const { latency: form } = session;
  const nothing = { data: null, measurements: [] };
  if (form === 'off') return { answer: answerOf('not measured: --latency off makes no Services', null), ...nothing };
  const isOthers = session.begun(sentAndEstimated) !== null;
  try {
    const paced = await openLoopOnce(session, { form, seed: Math.floor(Math.random() * 2 ** 31) });
    return {
      answer: { ...answerOf(voiceWords(paced), variationMs(paced)), interval: variationInterval(paced) },
      data: { limits: voiceLimits, ...openLoopData(paced) },
      measurements: isOthers ? [] : openLoopMeasurements(paced.groups),
    };
  } catch (error) {
    return { answer: answerOf(`not measured: ${messageOf(error)}`, null), ...nothing };
  }
}

function answerOf(sentence: string, figure: number | null): Answer {
  return {
    question: 'VoIP or gaming?',
    sentence,
    figure,
    interval: null,
    unit: 'ms, p99.9 (of fewer than enough packets: the slowest) minus the fastest, both ways together',
    threshold: voiceLimits.variationMs,
    source: voiceLimits.source,
    limitedBy: null,
  };
}

/** Through the ClusterIP, at the place that the sentence is about; null without an answer. */
function variationMs(paced: EstimatedOpenLoop): number | null {
  const variation = serviceOf(paced)?.variation;
  return variation ? (variation.p999 ?? variation.slowest) / 1000 : null;
}

/** Of p99.9; null where an end of it is open, with so few packets. */
function variationInterval(paced: EstimatedOpenLoop): Answer['interval'] {
  const { lower, upper } = serviceOf(paced)?.variationP999 ?? { lower: null, upper: null };
  return lower === null || upper === null ? null : { lower: lower / 1000, upper: upper / 1000, level: 0.95 };
}

function serviceOf({ groups }: EstimatedOpenLoop): OpenLoopArm | undefined {
  return foremostPlace(groups)?.arms.find(({ path }) => path === 'cluster-ip');
}
