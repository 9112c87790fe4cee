import { join } from 'node:path';
import type { Tensors } from '../../autograd/grad.ts';
import { type Profile, profile } from '../../autograd/profile.ts';
import { useBackend } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import { ctcLoss } from '../../ops/ctcLoss.ts';
import { mean } from '../../ops/reduce.ts';
import { random } from '../../tensor/random.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { trainStep } from '../../train/step.ts';
import { learningRates, newOptimizer } from '../training/optimizer.ts';
import { CHECKPOINT } from '../training/savedTensors.ts';
import { expectApplied, makeUpdates, type Update } from '../training/updates.ts';
import type { SpeechConfig } from './config.ts';
import type { Corpus } from './corpus.ts';
import { trainNgramModel } from './decode/ngramModel.ts';
import { measureRecogniser } from './measure.ts';
import { modelConfig, modelOf, Recogniser } from './recogniser.ts';
import type { ModelMetrics, TrainingEvent } from './results.ts';
import { TrainingData } from './trainingData.ts';
import { noProgress, type Progress, restoreTraining, saveTraining } from './trainingState.ts';

export interface TrainRequest {
  readonly config: SpeechConfig;
  /** Name of the model in the configuration. */
  readonly model: string;
  readonly corpus: Corpus;
  /** Where the checkpoint goes; exists already. */
  readonly folder: string;
  /** Whether to go on from the checkpoint in the folder. */
  readonly resume: boolean;
  /** Once aborted, training saves a checkpoint and ends. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainingEvent) => void;
}

export interface TrainOutcome {
  /** False after an abort. */
  readonly completed: boolean;
  readonly metrics?: ModelMetrics;
}

/** A network and what its training came to. */
export interface TrainedNetwork {
  /** False after an abort. */
  readonly completed: boolean;
  readonly recogniser: Recogniser;
  readonly progress: Progress;
}

/** Trains one model of a configuration as `trainNetwork` does, and measures it. Throws InputError likewise. */
export async function trainRecogniser(request: TrainRequest): Promise<TrainOutcome> {
  const { completed, recogniser, progress } = await trainNetwork(request);
  if (!completed) return { completed };
  const metrics = measureRecogniser(recogniser, request.corpus, progress, (done, total, set) =>
    request.onEvent?.({ kind: 'evaluating', done, total, set }),
  );
  return { completed, metrics };
}

/**
 * Trains one model of a configuration with CTC. Every random choice depends on the seed and on the step alone, so a run
 * that was interrupted and resumed ends as one that was not; one that had ended already is only loaded.
 * Throws InputError when the corpus has no usable training utterance or a file cannot be written, and DivergenceError
 * when a loss is not finite.
 */
export async function trainNetwork(request: TrainRequest): Promise<TrainedNetwork> {
  const { config, onEvent, signal } = request;
  const session = await openSession(request);
  const { recogniser, data, optimizer, progress, steps, path } = session;
  const { parameters } = recogniser.summary();
  onEvent?.({ kind: 'start', step: progress.losses.length, steps, parameters, skipped: data.skipped });
  const completed = await makeUpdates({
    progress,
    steps,
    signal,
    checkpointEverySteps: config.training.checkpointEverySteps,
    update: (step) => update(session, step),
    onUpdate: (report) => onEvent?.({ kind: 'step', ...report }),
    async save(step) {
      await saveTraining(path, recogniser, optimizer, progress);
      onEvent?.({ kind: 'checkpoint', step, path });
    },
  });
  return { completed, recogniser, progress };
}

type Session = Awaited<ReturnType<typeof openSession>>;

async function openSession({ config, model, corpus, folder, resume }: TrainRequest) {
  const { training, decoding, seed } = config;
  if ((corpus.sets.test ?? []).length === 0) {
    throw new InputError(
      `The corpus ${corpus.name} has no test utterances, expected at least one to measure the model on.`,
    );
  }
  const backend = useBackend(config.backend);
  const data = new TrainingData(corpus, config);
  const sentences = data.utterances.map(({ transcript }) => transcript);
  const ngram = trainNgramModel(sentences, decoding.ngramOrder).toJSON();
  const state = { config, model, bands: corpus.bands, ngram };
  const parameters = modelOf(state).initialise(seed, { backend });
  const optimizer = newOptimizer(parameters, training);
  const steps = training.epochs * data.stepsPerEpoch;
  const path = join(folder, CHECKPOINT);
  const progress = resume ? await restoreTraining(path, state, parameters, optimizer) : noProgress();
  const learningRate = modelConfig(config, model).training.learningRate ?? training.learningRate;
  const schedule = learningRates({ ...training, learningRate }, steps);
  return {
    config,
    data,
    recogniser: new Recogniser(state, parameters, backend),
    optimizer,
    steps,
    schedule,
    path,
    progress,
  };
}

/** Ops that are no part of the LSTM layers. (The output layer's count against their rate, but not for it.) */
const OUTSIDE_LAYERS = new Set(['ctcLoss', 'dropout']);

function update({ config, data, recogniser, optimizer, progress, schedule }: Session, step: number): Update {
  const { model, parameters } = recogniser;
  const { dropout, clipNorm } = config.training;
  const { epoch, values, time, frames, labels, audioFrames } = data.batch(step);
  const x = tensor(values, [time, frames.length, model.spec.inputSize]);
  const options = { dropout: { rate: dropout, seed: random(config.seed, 'dropout', step).bits() } };
  const meanLoss = (current: Tensors): Tensor =>
    mean(ctcLoss(model.apply(current, x, options).y, labels, frames));
  const learningRate = schedule(step);
  const timings: Profile = new Map();
  const result = profile(timings, () =>
    trainStep(meanLoss, parameters, optimizer, { learningRate, clipNorm }),
  );
  expectApplied(result, recogniser.name, step);
  progress.frames += audioFrames;
  progress.lstmFlops += 2 * time * frames.length * trainingMacs(recogniser);
  for (const [op, milliseconds] of timings) {
    if (!OUTSIDE_LAYERS.has(op)) progress.lstmSeconds += milliseconds / 1000;
  }
  return { loss: result.loss, learningRate, epoch };
}

/** Multiply-accumulates for one row, forward and backward: backward has two for every one, but for the first input's own gradient. */
function trainingMacs(recogniser: Recogniser): number {
  const { lstmMacs, rows } = recogniser.summary();
  return 3 * lstmMacs - rows[0].macs;
}
