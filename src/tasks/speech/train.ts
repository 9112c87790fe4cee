import { join } from 'node:path';
import type { Tensors } from '../../autograd/grad.ts';
import { type Profile, profile } from '../../autograd/profile.ts';
import { useBackend } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import { loadCheckpoint, saveCheckpoint } from '../../io/checkpoint.ts';
import { mapsInWords } from '../../nn/spec.ts';
import { summarise } from '../../nn/summary.ts';
import { ctcLoss, framesNeeded } from '../../ops/ctcLoss.ts';
import { multiply } from '../../ops/multiply.ts';
import { sum } from '../../ops/reduce.ts';
import { adam } from '../../optim/adam.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { warmupCosine } from '../../optim/schedule.ts';
import { sgd } from '../../optim/sgd.ts';
import { random } from '../../tensor/random.ts';
import { tensor } from '../../tensor/tensor.ts';
import { trainStep } from '../../train/step.ts';
import { encode } from './alphabet.ts';
import { assemble, type Example, planBatches } from './batches.ts';
import type { SpeechConfig } from './config.ts';
import type { Corpus, Utterance } from './corpus.ts';
import { trainNgramModel } from './decode/ngramModel.ts';
import { evaluateRecogniser } from './evaluate.ts';
import { augment } from './features/augment.ts';
import { stackFrames } from './features/stackFrames.ts';
import { CHECKPOINT, modelConfig, modelOf, Recogniser, savedValues } from './recogniser.ts';
import type { ModelMetrics, SetScore, TrainingEvent } from './results.ts';

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

/** Training utterances that `trainWer` is measured on. */
const TRAIN_SAMPLE = 300;

/**
 * Trains one model of a configuration with CTC, and measures it. Every random choice depends on the seed and on the step
 * alone, so a run that was interrupted and resumed ends as one that was not.
 * Throws InputError when the corpus has no usable training utterance, when a loss is not finite, or a file cannot be written.
 */
export async function trainRecogniser(request: TrainRequest): Promise<TrainOutcome> {
  const session = await openSession(request);
  const { config, onEvent, signal } = request;
  const { steps, progress } = session;
  onEvent?.({
    kind: 'start',
    step: progress.losses.length,
    steps,
    parameters: session.summary.parameters,
    skipped: session.skipped,
  });
  while (progress.losses.length < steps) {
    const step = progress.losses.length + 1;
    const start = performance.now();
    const { loss, learningRate, epoch } = runStep(session, step);
    progress.losses.push(loss);
    progress.seconds += (performance.now() - start) / 1000;
    onEvent?.({
      kind: 'step',
      step,
      steps,
      epoch,
      loss,
      learningRate,
      framesPerSecond: progress.frames / progress.seconds,
    });
    // Lets signals and messages in.
    await new Promise((resolve) => setImmediate(resolve));
    const interrupted = signal?.aborted === true && step < steps;
    if (interrupted || step === steps || step % config.training.checkpointEverySteps === 0) {
      await save(session);
      onEvent?.({ kind: 'checkpoint', step, path: session.path });
    }
    if (interrupted) return { completed: false };
  }
  return { completed: true, metrics: measure(session) };
}

/** What a run remembers from step to step; part of the checkpoint. */
interface Progress {
  readonly losses: number[];
  seconds: number;
  /** 10 ms frames trained on. */
  frames: number;
  /** Floating-point operations of the LSTM layers' products, and the seconds in all ops that hold them. */
  lstmFlops: number;
  lstmSeconds: number;
}

type Session = Awaited<ReturnType<typeof openSession>>;

async function openSession(request: TrainRequest) {
  const { config, model: name, corpus, folder } = request;
  const backend = useBackend(config.backend);
  const own = modelConfig(config, name);
  const { utterances, skipped } = usable(corpus, config);
  const ngram = trainNgramModel(
    utterances.map(({ transcript }) => transcript),
    config.decoding.ngramOrder,
  );
  const state = { config, model: name, bands: corpus.bands, ngram: ngram.toJSON() };
  const model = modelOf(state);
  const parameters = model.initialise(config.seed, { backend });
  const { optimizer: kind, momentum, weightDecay, epochs, batchSize } = config.training;
  const optimizer =
    kind === 'adam' ? adam(parameters, { weightDecay }) : sgd(parameters, { momentum, weightDecay });
  const steps = epochs * Math.ceil(utterances.length / batchSize);
  const path = join(folder, CHECKPOINT);
  const progress = request.resume
    ? await restore(path, name, parameters, optimizer)
    : { losses: [], seconds: 0, frames: 0, lstmFlops: 0, lstmSeconds: 0 };
  const { learningRate = config.training.learningRate } = own.training;
  const schedule = warmupCosine({
    peak: learningRate,
    warmupSteps: config.training.warmupSteps,
    totalSteps: steps,
    finalFraction: config.training.finalLearningRateFraction,
  });
  const labels = utterances.map(({ transcript, id }) => encode(transcript, id));
  const recogniser = new Recogniser(state, parameters, backend);
  const summary = summarise(model);
  return {
    request,
    config,
    own,
    corpus,
    utterances,
    skipped,
    labels,
    recogniser,
    model,
    parameters,
    optimizer,
    steps,
    schedule,
    path,
    progress,
    summary,
  };
}

/** Utterances whose frames suffice for their letters; CTC can spell no more than one letter a frame. */
function usable(
  { sets, name }: Corpus,
  { features }: SpeechConfig,
): { utterances: Utterance[]; skipped: number } {
  const all = sets.train ?? [];
  const utterances = all.filter(
    ({ transcript, id, frames }) =>
      framesNeeded(encode(transcript, id)) <= Math.ceil(frames / features.stack),
  );
  if (utterances.length === 0) {
    throw new InputError(
      `The corpus ${name} has ${all.length} training utterances, and in none are there enough frames for its letters.`,
    );
  }
  return { utterances, skipped: all.length - utterances.length };
}

function runStep(session: Session, step: number) {
  const { config, utterances, labels, model, parameters, optimizer, progress, schedule } = session;
  const { batchSize, dropout, clipNorm } = config.training;
  const perEpoch = Math.ceil(utterances.length / batchSize);
  const epoch = Math.ceil(step / perEpoch);
  const batches = planBatches(
    utterances.map(({ frames }) => frames),
    batchSize,
    random(config.seed, 'batches', epoch),
  );
  const batch = batches[(step - 1) % perEpoch];
  const examples = batch.map((index) => trainingExample(session, index, epoch));
  const width = model.spec.inputSize;
  const { time, values, frames } = assemble(examples, width);
  const x = tensor(values, [time, batch.length, width]);
  const options = { dropout: { rate: dropout, seed: random(config.seed, 'dropout', step).bits() } };
  const learningRate = schedule(step);
  const timings: Profile = new Map();
  const result = profile(timings, () =>
    trainStep(
      (current: Tensors) => {
        const { y } = model.apply(current, x, options);
        return multiply(
          sum(
            ctcLoss(
              y,
              batch.map((index) => labels[index]),
              frames,
            ),
          ),
          1 / batch.length,
        );
      },
      parameters,
      optimizer,
      { learningRate, clipNorm },
    ),
  );
  if (!result.applied) {
    const found = `loss is ${result.loss} and the norm of the gradient ${result.norm}`;
    throw new InputError(
      `Training of ${session.own.name} stopped at step ${step}: the ${found}. Try a lower learningRate.`,
    );
  }
  progress.frames += batch.reduce((total, index) => total + utterances[index].frames, 0);
  progress.lstmFlops += 2 * time * batch.length * trainingMacs(session);
  for (const [op, milliseconds] of timings)
    if (!OUTSIDE_LAYERS.has(op)) progress.lstmSeconds += milliseconds / 1000;
  return { loss: result.loss, learningRate, epoch };
}

/** Ops that are no part of the LSTM layers. (The output layer's count against their rate, but not for it.) */
const OUTSIDE_LAYERS = new Set(['ctcLoss', 'dropout']);

/** Multiply-accumulates of forward and backward for one row: backward has two products for every one, but for the first input. */
function trainingMacs({ summary, model }: Session): number {
  return 3 * summary.lstmMacs - model.layers[0].input.macs;
}

function trainingExample({ utterances, config, corpus }: Session, index: number, epoch: number): Example {
  const { features, frames, id } = utterances[index];
  const { noise, frequencyMasks, frequencyMaskWidth, timeMasks, timeMaskWidth } = config.training.augment;
  const varied = augment(features, frames, corpus.bands, random(config.seed, 'augment', epoch, id).next, {
    noise,
    frequencyMasks,
    frequencyWidth: frequencyMaskWidth,
    timeMasks,
    timeWidth: timeMaskWidth,
  });
  const stacked = stackFrames(varied, frames, corpus.bands, config.features.stack);
  return { frames: stacked.frames, inputs: stacked.features };
}

async function save({ path, parameters, optimizer, progress, recogniser }: Session): Promise<void> {
  const named = { ...parameters, ...prefixed(optimizer.state.tensors) };
  const tensors = Object.fromEntries(
    Object.entries(named).map(([name, value]) => [
      name,
      { dtype: 'F32' as const, shape: [...value.shape], data: value.dataSync() as Float32Array },
    ]),
  );
  await saveCheckpoint(path, { tensors, state: { recogniser: recogniser.state, progress } });
}

async function restore(
  path: string,
  name: string,
  parameters: Tensors,
  optimizer: Optimizer,
): Promise<Progress> {
  const { tensors, state } = await loadCheckpoint(path);
  const { recogniser, progress } = state as { recogniser: { model: string }; progress: Progress };
  if (recogniser.model !== name) {
    throw new InputError(`${path} is a checkpoint of the model ${recogniser.model}, expected ${name}.`);
  }
  for (const [key, target] of Object.entries({ ...parameters, ...prefixed(optimizer.state.tensors) })) {
    target.storage.overwrite(savedValues(tensors, key, target.shape, path));
  }
  optimizer.state.step = progress.losses.length;
  return progress;
}

const prefixed = (tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`optimizer.${name}`, value]));

function measure(session: Session): ModelMetrics {
  const { own, corpus, progress, recogniser, summary, request } = session;
  const score = (set: string, utterances: readonly Utterance[]): SetScore =>
    evaluateRecogniser(recogniser, utterances, {
      onProgress: (done, total) => request.onEvent?.({ kind: 'evaluating', done, total, set }),
    });
  const train = score('train', corpus.sets.train.slice(0, TRAIN_SAMPLE));
  const test = score('test', corpus.sets.test);
  const others = Object.keys(corpus.sets).filter((set) => !['train', 'development', 'test'].includes(set));
  return {
    name: own.name,
    maps: mapsInWords(own.layers),
    parameters: summary.parameters,
    lstmParameters: summary.lstmParameters,
    macsPerFrame: summary.macs,
    bytes: summary.parameters * Float32Array.BYTES_PER_ELEMENT,
    losses: progress.losses,
    trainWer: train.wer,
    trainGreedyWer: train.greedyWer,
    heldOutWer: test.wer,
    heldOutGreedyWer: test.greedyWer,
    heldOutLetterErrorRate: test.greedyLer,
    heldOutWerInterval: test.werInterval,
    heldOutWords: test.words,
    otherSets: Object.fromEntries(others.map((set) => [set, score(set, corpus.sets[set])])),
    seconds: progress.seconds,
    framesPerSecond: progress.frames / progress.seconds,
    lstmGflops: progress.lstmFlops / progress.lstmSeconds / 1e9,
  };
}
