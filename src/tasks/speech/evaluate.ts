import { random } from '../../tensor/random.ts';
import type { OnProgress, Utterance } from './corpus.ts';
import type { Recogniser } from './recogniser.ts';
import type { SetScore } from './results.ts';
import { bootstrapInterval } from './score/bootstrap.ts';
import { errorCounts, errorRate } from './score/errorRate.ts';

/** How many utterances go through the network side by side. */
const BATCH = 16;

export interface EvaluateOptions {
  readonly onProgress?: OnProgress;
}

/** Word and letter error rates of a recogniser on utterances. Throws InputError when they do not hold a single word. */
export function evaluateRecogniser(
  recogniser: Recogniser,
  utterances: readonly Utterance[],
  options: EvaluateOptions = {},
): SetScore {
  const transcripts = transcribeAll(recogniser, utterances, options);
  const pairs = transcripts.map(({ words }, i) => ({
    reference: utterances[i].transcript,
    hypothesis: words,
  }));
  const greedy = transcripts.map((own, i) => ({
    reference: utterances[i].transcript,
    hypothesis: own.greedy,
  }));
  const words = errorRate(pairs, 'word');
  const interval = bootstrapInterval(
    pairs.map((pair) => errorCounts(pair, 'word')),
    { random: random('bootstrap').next },
  );
  return {
    wer: words.rate,
    werInterval: [interval.low, interval.high],
    greedyWer: errorRate(greedy, 'word').rate,
    greedyLer: errorRate(greedy, 'letter').rate,
    words: words.total,
    utterances: utterances.length,
  };
}

/** What a recogniser hears in each utterance, in their order. */
export function transcribeAll(
  recogniser: Recogniser,
  utterances: readonly Utterance[],
  { onProgress }: EvaluateOptions = {},
): { words: string; greedy: string }[] {
  // Utterances of like length together, so that little is padded.
  const order = utterances
    .map((_, index) => index)
    .sort((a, b) => utterances[a].frames - utterances[b].frames || a - b);
  const transcripts = new Array<{ words: string; greedy: string }>(utterances.length);
  for (let start = 0; start < order.length; start += BATCH) {
    const part = order.slice(start, start + BATCH);
    const examples = part.map((index) => {
      const { features, frames } = utterances[index];
      return recogniser.example(features, frames, features.length / frames);
    });
    recogniser.posteriors(examples).forEach((posteriors, i) => {
      transcripts[part[i]] = {
        words: recogniser.decode(posteriors),
        greedy: recogniser.decodeGreedily(posteriors),
      };
    });
    onProgress?.(Math.min(start + BATCH, order.length), order.length, 'decoding');
  }
  return transcripts;
}
