import { join } from 'node:path';
import type { Tensors } from '../../autograd/grad.ts';
import { loadCheckpoint } from '../../io/checkpoint.ts';
import { compressModel } from '../../nn/compress.ts';
import type { ClassifierConfig } from '../classify/config.ts';
import type { TrainedClassifier, TrainOptions } from '../classify/train.ts';
import { executeSteps } from '../experiments/execute.ts';
import type { Ends } from '../experiments/matching.ts';
import type { SetScores } from '../experiments/measure.ts';
import type { ExecuteRun, RunJob } from '../experiments/run.ts';
import { CHECKPOINT } from '../training/savedTensors.ts';

/** How runs of a task with a softmax over classes are made. */
export interface ClassifierRuns<Config extends ClassifierConfig, Data> {
  /** Throws InputError where a value is no configuration. */
  parse(value: unknown, source: string): Config;
  load(options: { readonly cacheFolder: string }): Promise<Data>;
  train(config: Config, data: Data, options: TrainOptions): Promise<TrainedClassifier>;
  /** The scores on a set, `train` being a sample of it; without a network those of one that knows nothing. */
  score(
    trained: TrainedClassifier | undefined,
    data: Data,
    set: string,
    onProgress: (done: number, total: number) => void,
  ): SetScores;
  ends(data: Data): Ends;
}

/** What makes the runs of such a task, with its data from the cache. */
export function classifierExecutor<Config extends ClassifierConfig, Data>(
  task: ClassifierRuns<Config, Data>,
): ExecuteRun {
  return async (job, hooks) => {
    const data = await task.load(job);
    const { config, folder, resume, from } = job as RunJob<Config>;
    const start = from === undefined || resume ? undefined : await nearTo(task, from, data, config);
    return executeSteps(job, hooks, {
      model: config,
      ends: task.ends(data),
      backend: config.backend,
      train: (report) =>
        task.train(config, data, { folder, resume, start, signal: hooks.signal, onProgress: report }),
      score: (trained, set, onProgress) => task.score(trained, data, set, onProgress),
    });
  };
}

/** Parameters for the configuration's network that bring it near to the one trained in `from`. */
async function nearTo<Config extends ClassifierConfig, Data>(
  task: ClassifierRuns<Config, Data>,
  from: string,
  data: Data,
  { layers }: Config,
): Promise<Tensors> {
  const path = join(from, CHECKPOINT);
  const { state } = await loadCheckpoint(path);
  const config = task.parse((state as { config?: unknown } | null)?.config, path);
  // That training has ended: it is only loaded.
  const { model, parameters } = await task.train(config, data, { folder: from, resume: true });
  return compressModel(model, parameters, { ...model.spec, layers }).parameters;
}
