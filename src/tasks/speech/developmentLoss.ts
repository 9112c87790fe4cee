import { ctcLoss, framesNeeded } from '../../ops/ctcLoss.ts';
import { scope } from '../../tensor/scope.ts';
import { tensor } from '../../tensor/tensor.ts';
import { encode } from './alphabet.ts';
import { assemble } from './batches.ts';
import type { SpeechConfig } from './config.ts';
import type { Corpus } from './corpus.ts';
import type { Recogniser } from './recogniser.ts';

/**
 * Mean CTC loss of the development set, in nats an utterance, without noise, masks or dropout. Utterances with too few frames
 * for their letters are left out, as in training; not a number where none is left.
 */
export async function developmentLoss(
  recogniser: Recogniser,
  { bands, sets }: Corpus,
  config: SpeechConfig,
): Promise<number> {
  const examples = (sets.development ?? []).flatMap(({ features, frames, transcript, id }) => {
    const example = recogniser.example(features, frames, bands);
    const labels = encode(transcript, id);
    return framesNeeded(labels) <= example.frames ? [{ example, labels }] : [];
  });
  const { batchSize } = config.training;
  const { model, parameters } = recogniser;
  const { inputSize } = model.spec;
  let total = 0;
  for (let start = 0; start < examples.length; start += batchSize) {
    const batch = examples.slice(start, start + batchSize);
    const { values, time, frames } = assemble(
      batch.map(({ example }) => example),
      inputSize,
    );
    const losses = scope(() => {
      const [{ backend }] = Object.values(parameters);
      const x = tensor(values, [time, batch.length, inputSize], { backend });
      const labels = batch.map(({ labels }) => labels);
      return ctcLoss(model.apply(parameters, x).y, labels, frames);
    });
    for (const loss of await losses.data()) total += loss;
  }
  return total / examples.length;
}

/** Whether there is anything to measure that loss on. */
export const hasDevelopmentSet = ({ sets }: Corpus): boolean => (sets.development ?? []).length > 0;
