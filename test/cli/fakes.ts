import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Writable } from 'node:stream';
import { runProgram } from '../../src/cli/program.ts';
import type { Services, TrainingHooks, TrainingJob, TrainingOutcome } from '../../src/cli/services.ts';
import type { Corpus } from '../../src/tasks/speech/corpus.ts';
import type { Recogniser } from '../../src/tasks/speech/recogniser.ts';
import type { ModelMetrics, RunMetrics, SetScore } from '../../src/tasks/speech/results.ts';
import { startChosen } from '../../src/tasks/training/backendChoice.ts';

/** Metrics that a model could have: losses that fall with a ripple, rates in their places. */
export function modelMetrics(name: string, changes: Partial<ModelMetrics> = {}): ModelMetrics {
  return {
    name,
    backend: 'wasm',
    maps: 'dense + dense',
    parameters: 262_109,
    lstmParameters: 258_048,
    macsPerFrame: 261_632,
    bytes: 1_048_436,
    losses: Array.from({ length: 1500 }, (_, i) => 200 * Math.exp(-i / 300) + 3 + Math.sin(i) ** 2),
    trainWer: 0.012,
    trainGreedyWer: 0.034,
    heldOutWer: 0.0712,
    heldOutGreedyWer: 0.1534,
    heldOutLetterErrorRate: 0.0521,
    heldOutWerInterval: [0.0631, 0.0804],
    heldOutWords: 3210,
    otherSets: {
      flite: {
        wer: 0.204,
        werInterval: [0.18, 0.231],
        greedyWer: 0.391,
        greedyLer: 0.14,
        words: 900,
        utterances: 160,
      },
    },
    seconds: 201.44,
    framesPerSecond: 41_234.5,
    lstmGflops: 31.25,
    ...changes,
  };
}

export function runMetrics(models: readonly ModelMetrics[]): RunMetrics {
  return { name: 'quick', corpus: 'queries-small', backend: 'wasm', seed: 1, node: 'v20.11.0', models };
}

/** Collects what is written to it. */
export class Collector extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

const utterance = {
  id: 'u',
  voice: 'v',
  transcript: 'play jazz',
  frames: 1,
  features: new Float32Array(40),
};

export const corpus: Corpus = {
  name: 'queries-small',
  bands: 40,
  sets: { train: [utterance], development: [utterance], test: [utterance], flite: [utterance, utterance] },
};

/** A training that reports a few steps, writes a checkpoint, and ends or is aborted as real ones do. */
export async function trainFake(
  { model, folder }: TrainingJob,
  { signal, onEvent }: TrainingHooks,
): Promise<TrainingOutcome> {
  onEvent({ kind: 'start', backend: 'wasm', step: 0, steps: 3, parameters: 1234, skipped: 0 });
  for (let step = 1; step <= 3; step++) {
    onEvent({
      kind: 'step',
      step,
      steps: 3,
      epoch: 1,
      loss: 9 / step,
      learningRate: 0.1,
      framesPerSecond: 100,
    });
    await new Promise((resolve) => setImmediate(resolve));
    await writeFile(join(folder, 'checkpoint.safetensors'), `step ${step}`);
    if (signal.aborted) return { completed: false };
  }
  return { completed: true, metrics: modelMetrics(model) };
}

export const score: SetScore = {
  wer: 0.05,
  werInterval: [0.04, 0.06],
  greedyWer: 0.2,
  greedyLer: 0.1,
  words: 20,
  utterances: 10,
};

/** The command line in a folder of its own, with services of its own. */
export async function run(
  folder: string,
  args: readonly string[],
  changes: Partial<Services> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<{ status: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new Collector(), new Collector()];
  const services: Services = {
    loadCorpus: async () => corpus,
    trainModel: trainFake,
    startChosen,
    loadRecogniser: async (path) => {
      const name = basename(path);
      const transcribe: Recogniser['transcribe'] = async ({ samples }) => ({
        words: `${name} ${samples.length}`,
        greedy: 'g',
      });
      return { name, transcribe } as Recogniser;
    },
    evaluate: () => score,
    readAudio: async () => ({ samples: new Float32Array(7), sampleRate: 8000 }),
    executeRun: async () => ({ completed: false }),
    ...changes,
  };
  const commandLine = ['compact-rnn', ...args].join(' ');
  const takeInterruptions = () => {};
  const context = { services, stdout, stderr, folder, signal, takeInterruptions, commandLine };
  const status = await runProgram(args, context);
  return { status, stdout: stdout.text, stderr: stderr.text };
}

/** A configuration file of models of these names in the folder. */
export async function writeConfig(folder: string, ...names: string[]): Promise<void> {
  const models = names.map((name) => ({ name, layers: [{ hidden: 4 }] }));
  await writeFile(join(folder, 'small.json'), JSON.stringify({ corpus: 'queries-small', models }));
}
