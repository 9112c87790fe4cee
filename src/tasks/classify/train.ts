import { join } from 'node:path';
import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { crossEntropy } from '../../nn/losses.ts';
import { lastStep } from '../../nn/recurrentLayer.ts';
import { type RecurrentModel, recurrentModel } from '../../nn/recurrentModel.ts';
import { random } from '../../tensor/random.ts';
import { sameShape, show } from '../../tensor/shape.ts';
import { tensor } from '../../tensor/tensor.ts';
import { explainLoss } from '../../train/explain.ts';
import { trainStepAsync } from '../../train/step.ts';
import { largestProduct, readable, startChosen } from '../training/backendChoice.ts';
import { learningRates, newOptimizer } from '../training/optimizer.ts';
import { CHECKPOINT } from '../training/savedTensors.ts';
import { type Attempt, makeUpdates, noProgress, type UpdateReport } from '../training/updates.ts';
import { type Batches, placeOf, type SequenceBatch } from './batches.ts';
import type { CarriedState } from './carriedState.ts';
import type { ClassifierConfig } from './config.ts';
import { restoreTraining, saveTraining } from './savedTraining.ts';

export interface TrainOptions {
  /** Where the checkpoint goes; exists already. Without it, nothing is saved. */
  readonly folder?: string;
  /** Whether to go on from the checkpoint in the folder. */
  readonly resume?: boolean;
  /** Parameters to begin from in place of new ones, such as those of `compressModel`. */
  readonly start?: Tensors;
  /** Once aborted, training saves a checkpoint and ends. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (report: UpdateReport) => void;
  /** Told of updates that were skipped, and of losses that leap or no longer fall. */
  readonly onWarning?: (step: number, text: string) => void;
}

/** A network and what its training came to. */
export interface TrainedClassifier {
  /** False after an abort. */
  readonly completed: boolean;
  readonly model: RecurrentModel;
  /** Of what a GPU trained, copies on wasm: scoring reads numbers at once. */
  readonly parameters: Tensors;
  /** What computed, with its mode and device. */
  readonly backend: string;
  /** The learning curve: mean cross-entropy of every update's batch, in nats. */
  readonly losses: readonly number[];
  /** Of training. */
  readonly seconds: number;
  /** Time steps of all sequences, trained on in a second. */
  readonly framesPerSecond: number;
}

/**
 * Trains a recurrent network with a softmax over classes, at every step or at the last one as the batches have answers.
 * Every random choice depends on the seed and on the update alone, so a training that was interrupted and resumed ends as
 * one that was not; one that had ended already is only loaded.
 *
 * @param task what the checkpoint is known by
 * @throws InputError when the backend cannot run here, the checkpoint cannot be written, or read, or is of another training,
 *   or `start` is of another network; DivergenceError when a loss is not finite
 */
export async function trainClassifier(
  task: string,
  config: ClassifierConfig,
  batches: Batches,
  options: TrainOptions,
): Promise<TrainedClassifier> {
  const { folder, signal, onProgress, onWarning } = options;
  const session = await openSession(task, config, batches, options);
  const { model, parameters, progress } = session;
  const completed = await makeUpdates({
    name: config.name,
    training: config.training,
    progress,
    steps: session.steps,
    stepsPerEpoch: batches.stepsPerEpoch,
    signal,
    update: (step) => update(session, step),
    // Ops are looked at one by one only where their numbers can be had at once.
    explain: (step) =>
      session.backend.readsAtOnce
        ? explainLoss((current) => lossOf(session, current, batches.batch(step), step).loss, parameters)
        : undefined,
    onUpdate: onProgress,
    onWarning,
    async save() {
      if (folder !== undefined) await saveTraining(join(folder, CHECKPOINT), session);
    },
  });
  const framesPerSecond = progress.frames / progress.times.seconds;
  return {
    completed,
    model,
    parameters: await readable(parameters),
    backend: session.backend.description,
    losses: progress.losses,
    seconds: progress.times.seconds,
    framesPerSecond,
  };
}

type Session = Awaited<ReturnType<typeof openSession>>;

async function openSession(
  task: string,
  wanted: ClassifierConfig,
  batches: Batches,
  { folder, resume = false, start }: TrainOptions,
) {
  const { inputSize, classes } = batches;
  const model = recurrentModel({ inputSize, layers: wanted.layers, outputSize: classes });
  const { backend: home } = await startChosen(
    wanted.backend,
    largestProduct(model, wanted.training.batchSize),
  );
  // What a backend was chosen for is not chosen anew when the training is resumed.
  const config = { ...wanted, backend: home.name };
  const parameters = model.initialise(config.seed, { backend: home });
  const steps = config.training.epochs * batches.stepsPerEpoch;
  const session = {
    task,
    config,
    batches,
    backend: home,
    model,
    parameters,
    optimizer: newOptimizer(parameters, config.training),
    steps,
    learningRate: learningRates(config.training, steps),
    progress: noProgress(),
    /** After the last batch, where the next one goes on from it. */
    carried: null as CarriedState | null,
  };
  if (resume) {
    if (folder === undefined)
      throw new InputError('resume is true without a folder; expected the folder of the checkpoint.');
    const { progress, carried } = await restoreTraining(join(folder, CHECKPOINT), session);
    return { ...session, progress, carried };
  }
  if (start !== undefined) begin(parameters, start);
  return session;
}

function begin(parameters: Tensors, start: Tensors): void {
  for (const [name, { shape }] of Object.entries(parameters)) {
    const found = start[name];
    if (found === undefined || !sameShape(found.shape, shape)) {
      const what = found === undefined ? 'is missing' : `has shape ${show(found.shape)}`;
      throw new InputError(`The parameter ${name} to start from ${what}, expected shape ${show(shape)}.`);
    }
  }
  for (const [name, { storage }] of Object.entries(parameters)) storage.overwrite(start[name]!.dataSync());
}

async function update(session: Session, step: number): Promise<Attempt> {
  const { config, batches, parameters, optimizer, progress } = session;
  const { clipNorm } = config.training;
  const { epoch, index } = placeOf(step, batches.stepsPerEpoch);
  if (index === 0) session.carried = null;
  const batch = batches.batch(step);
  const learningRate = session.learningRate(step);
  const loss = (current: Tensors) => {
    const { loss, state } = lossOf(session, current, batch, step);
    return { loss, kept: batches.carriesState ? state : null };
  };
  const result = await trainStepAsync(loss, parameters, optimizer, { learningRate, clipNorm });
  if (result.applied) {
    progress.frames += batch.time * batch.sequences;
    session.carried = result.kept;
  }
  return { epoch, result, learningRate };
}

/** Mean cross-entropy in nats, and the states after the batch. */
function lossOf(session: Session, parameters: Tensors, batch: SequenceBatch, step: number) {
  const { config, batches, backend, model, carried } = session;
  const { values, time, sequences, answers } = batch;
  const x = tensor(values, [time, sequences, batches.inputSize], { backend });
  const { y, state } = model.apply(parameters, x, {
    state: carried ?? undefined,
    dropout: { rate: config.training.dropout, seed: random(config.seed, 'dropout', step).bits() },
  });
  return { loss: crossEntropy(answers.length === sequences ? lastStep(y) : y, answers), state };
}
