import { join } from 'node:path';
import type { Profile } from '../../autograd/profile.ts';
import { useBackend } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import { parallelTrainer } from '../../train/parallel/trainer.ts';
import { largestProduct, readable, startChosen } from '../training/backendChoice.ts';
import { learningRates } from '../training/optimizer.ts';
import { CHECKPOINT } from '../training/savedTensors.ts';
import { type Attempt, makeUpdates } from '../training/updates.ts';
import type { SpeechConfig } from './config.ts';
import type { Corpus } from './corpus.ts';
import { corpusChecksum } from './corpusChecksum.ts';
import { trainNgramModel } from './decode/ngramModel.ts';
import { developmentLoss, hasDevelopmentSet } from './developmentLoss.ts';
import { measureRecogniser } from './measure.ts';
import { modelConfig, modelOf, Recogniser } from './recogniser.ts';
import type { ModelMetrics, TrainingEvent } from './results.ts';
import { withRoom } from './room.ts';
import type { ShardOfUpdate, ShardTaskOptions } from './shardTask.ts';
import { TrainingData } from './trainingData.ts';
import { checkTrainingSet, sharedTrainingSet } from './trainingSet.ts';
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
  /** Threads that compute, no more than the configuration has shards; 1, the calling one, unless given. Changes no result. */
  readonly threads?: number;
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
  /** Of what a GPU trained, a copy on wasm: recognising reads numbers at once. */
  readonly recogniser: Recogniser;
  readonly progress: Progress;
  /** What computed, with its mode and device. */
  readonly backend: string;
}

/** Trains one model of a configuration as `trainNetwork` does, and measures it. Throws InputError likewise. */
export async function trainRecogniser(request: TrainRequest): Promise<TrainOutcome> {
  const { completed, recogniser, progress, backend } = await trainNetwork(request);
  if (!completed) return { completed };
  const metrics = measureRecogniser(recogniser, request.corpus, progress, backend, (done, total, set) =>
    request.onEvent?.({ kind: 'evaluating', done, total, set }),
  );
  return { completed, metrics };
}

/**
 * Trains one model of a configuration with CTC. Every random choice depends on the seed and on the step alone, so a run
 * that was interrupted and resumed ends as one that was not; one that had ended already is only loaded.
 * Throws InputError when the corpus has no usable training utterance, the backend cannot run here or a file cannot be written,
 * and DivergenceError when a loss is not finite.
 */
export async function trainNetwork(request: TrainRequest): Promise<TrainedNetwork> {
  const session = await openSession(request);
  try {
    return await trainOn(session, request);
  } finally {
    await session.trainer.close();
  }
}

type Session = Awaited<ReturnType<typeof openSession>>;

async function trainOn(session: Session, request: TrainRequest): Promise<TrainedNetwork> {
  const { corpus, onEvent, signal } = request;
  const { config, recogniser, trainer, data, steps, path, checksum } = session;
  const backend = session.backend.description;
  const { parameters, optimizer } = trainer;
  const progress = request.resume
    ? await restoreTraining(path, recogniser.state, parameters, optimizer, checksum)
    : noProgress();
  const done = progress.losses.length;
  onEvent?.({
    ...{ kind: 'start', step: done, steps, backend },
    ...{ parameters: session.parameters, skipped: data.skipped },
  });
  const completed = await makeUpdates({
    name: recogniser.name,
    training: config.training,
    progress,
    steps,
    stepsPerEpoch: data.stepsPerEpoch,
    signal,
    update: (step) => update(session, progress, step),
    explain: (step) => trainer.explain(shardsOf(session, step)),
    heldOutLoss: hasDevelopmentSet(corpus)
      ? async () => {
          await trainer.pull();
          return developmentLoss(recogniser, corpus, config);
        }
      : undefined,
    onUpdate: (report) => onEvent?.({ kind: 'step', ...report }),
    onWarning: (step, text) => onEvent?.({ kind: 'warning', step, text }),
    async save(step) {
      await trainer.pull();
      await saveTraining(path, recogniser, optimizer, progress, checksum);
      onEvent?.({ kind: 'checkpoint', step, path });
    },
  });
  return { completed, recogniser: await atHand(recogniser), progress, backend };
}

/** A recogniser whose numbers can be read at once: itself, or a copy on wasm. */
async function atHand(recogniser: Recogniser): Promise<Recogniser> {
  const parameters = await readable(recogniser.parameters);
  const [{ backend }] = Object.values(parameters);
  return new Recogniser(recogniser.state, parameters, backend);
}

/** Beside this file, in the same language. */
const taskModule = new URL(`./shardTask.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

async function openSession({ config: request, model, corpus, folder, threads = 1 }: TrainRequest) {
  const { training, decoding, seed } = request;
  if ((corpus.sets.test ?? []).length === 0) {
    throw new InputError(
      `The corpus ${corpus.name} has no test utterances, expected at least one to measure the model on.`,
    );
  }
  checkTrainingSet(corpus);
  const network = modelOf({ config: request, model, bands: corpus.bands });
  const { backend } = await startChosen(request.backend, largestProduct(network, training.batchSize));
  // What a device was chosen for is not chosen anew when the training is resumed.
  const config = { ...request, backend: backend.name };
  if (backend.readsAtOnce) useBackend(backend.name);
  const data = new TrainingData(corpus, config);
  const sentences = data.utterances.map(({ transcript }) => transcript);
  const ngram = trainNgramModel(sentences, decoding.ngramOrder).toJSON();
  const state = { config, model, bands: corpus.bands, ngram };
  const parameters = await withRoom(model, network, () => network.initialise(seed, { backend }));
  const recogniser = new Recogniser(state, parameters, backend);
  const { shards = 1 } = training;
  const known = Math.min(threads, shards) > 1 ? sharedTrainingSet(corpus) : corpus;
  const options: ShardTaskOptions = { config, model, corpus: known };
  const steps = training.epochs * data.stepsPerEpoch;
  const learningRate = modelConfig(config, model).training.learningRate ?? training.learningRate;
  const summary = recogniser.summary();
  return {
    config,
    backend,
    data,
    recogniser,
    trainer: await withRoom(model, network, () =>
      parallelTrainer<ShardOfUpdate>({ module: taskModule, options, parameters, shards, threads }),
    ),
    shards,
    steps,
    schedule: learningRates({ ...training, learningRate }, steps),
    path: join(folder, CHECKPOINT),
    checksum: corpusChecksum(corpus),
    parameters: summary.parameters,
    // Backward has two multiply-accumulates for each of forward, but for the first input's own gradient.
    macsPerRow: 3 * summary.lstmMacs - summary.rows[0].macs,
  };
}

/** Ops that are no part of the LSTM layers. (The output layer's count against their rate, but not for it.) */
const OUTSIDE_LAYERS = new Set(['ctcLoss', 'dropout']);

async function update(session: Session, progress: Progress, step: number): Promise<Attempt> {
  const { config, data, trainer, schedule, macsPerRow } = session;
  const learningRate = schedule(step);
  const profile: Profile = new Map();
  const { clipNorm } = config.training;
  const result = await trainer.step(shardsOf(session, step), { learningRate, clipNorm, profile });
  const { epoch, rows, audioFrames } = data.size(step);
  if (!result.applied) return { epoch, result, learningRate };
  progress.frames += audioFrames;
  progress.lstmFlops += 2 * rows * macsPerRow;
  for (const [op, milliseconds] of profile) {
    if (!OUTSIDE_LAYERS.has(op)) progress.times.lstmSeconds += milliseconds / 1000;
  }
  return { epoch, result, learningRate };
}

const shardsOf = ({ shards }: Session, step: number): ShardOfUpdate[] =>
  Array.from({ length: shards }, (_, shard) => ({ step, shard }));
