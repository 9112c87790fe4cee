import { type BackendName, backend as backendOf } from '../../backends/index.ts';
import { ctcLoss } from '../../ops/ctcLoss.ts';
import { mean } from '../../ops/reduce.ts';
import { random } from '../../tensor/random.ts';
import { tensor } from '../../tensor/tensor.ts';
import type { ParallelTask } from '../../train/parallel/task.ts';
import { newOptimizer } from '../training/optimizer.ts';
import type { SpeechConfig } from './config.ts';
import type { Corpus } from './corpus.ts';
import { modelOf } from './recogniser.ts';
import { TrainingData } from './trainingData.ts';

/** What every thread of a training knows. */
export interface ShardTaskOptions {
  /** Its backend is started already. */
  readonly config: SpeechConfig & { readonly backend: BackendName };
  /** Name of the model in the configuration. */
  readonly model: string;
  /** Of which the training set is used. */
  readonly corpus: Corpus;
}

/** A part of an update, as it is sent to threads; each makes the features of its own parts. */
export interface ShardOfUpdate {
  /** Counted from 1. */
  readonly step: number;
  readonly shard: number;
}

/** The CTC loss of a network on its shard of each update. Every random choice depends on seed, step and shard alone. */
export default function shardTask({ config, model, corpus }: ShardTaskOptions): ParallelTask<ShardOfUpdate> {
  const data = new TrainingData(corpus, config);
  const network = modelOf({ config, model, bands: corpus.bands });
  const { dropout: rate, shards = 1 } = config.training;
  const backend = backendOf(config.backend);
  return {
    optimizer: (parameters) => newOptimizer(parameters, config.training),
    items: ({ step, shard }) => data.size(step).utterances[shard],
    loss(parameters, { step, shard }) {
      const { values, time, frames, labels } = data.batch(step, shard);
      const x = tensor(values, [time, frames.length, network.spec.inputSize], { backend });
      const { bits } = random(config.seed, 'dropout', step, ...(shards > 1 ? [shard] : []));
      const { y } = network.apply(parameters, x, { dropout: { rate, seed: bits() } });
      return mean(ctcLoss(y, labels, frames));
    },
  };
}
