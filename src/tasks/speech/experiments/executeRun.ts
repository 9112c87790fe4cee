import type { SetScores } from '../../experiments/measure.ts';
import type { RunEvent, RunHooks, RunJob, RunOutcome } from '../../experiments/run.ts';
import { newRecord } from '../../experiments/runRecord.ts';
import { DivergenceError } from '../../training/updates.ts';
import { alphabetSize } from '../alphabet.ts';
import { compressRecogniser, saveStart } from '../compress.ts';
import type { SpeechConfig } from '../config.ts';
import type { Corpus, Utterance } from '../corpus.ts';
import { transcribeAll } from '../evaluate.ts';
import { TRAIN_SAMPLE } from '../measure.ts';
import { loadRecogniser, type Recogniser } from '../recogniser.ts';
import type { TrainingEvent } from '../results.ts';
import { errorCounts } from '../score/errorRate.ts';
import { type TrainedNetwork, trainNetwork } from '../train.ts';
import { foldOf } from './folds.ts';

/**
 * Trains one model and counts its errors on every utterance of the sets. A training that ended already is only scored.
 *
 * @param corpus as it was loaded: a fold is taken here
 * @throws InputError when the corpus lacks a set, and as `trainNetwork` does, but for a training that diverges: that is a
 *   result
 */
export async function executeRun(
  job: RunJob<SpeechConfig>,
  corpus: Corpus,
  hooks: RunHooks,
): Promise<RunOutcome> {
  const data = job.fold === undefined ? corpus : foldOf(corpus, job.fold);
  const { config, folder } = job;
  const model = config.models[0]!;
  const startsFresh = job.from === undefined && !job.resume;
  if (job.from !== undefined && !job.resume) await begin(job, job.from);
  let trained: TrainedNetwork | undefined;
  let diverged: string | undefined;
  const losses: number[] = [];
  try {
    trained = await trainNetwork({
      config,
      model: model.name,
      corpus: data,
      folder,
      resume: !startsFresh,
      signal: hooks.signal,
      onEvent(event) {
        if (event.kind === 'step') losses.push(event.loss);
        const reported = reportOf(event);
        if (reported !== undefined) hooks.onEvent(reported);
      },
    });
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    diverged = error.message;
  }
  if (trained?.completed === false) return { completed: false };
  const sets: Record<string, SetScores> = {};
  for (const set of job.sets) {
    if (hooks.signal.aborted) return { completed: false };
    const utterances = set === 'train' ? data.sets.train!.slice(0, TRAIN_SAMPLE) : (data.sets[set] ?? []);
    sets[set] = errorsOf(trained?.recogniser, utterances, (done, total) =>
      hooks.onEvent({ kind: 'scoring', done, total, set }),
    );
  }
  const record = newRecord(
    job,
    model,
    { inputSize: data.bands * config.features.stack, outputSize: alphabetSize },
    {
      losses: trained?.progress.losses ?? losses,
      seconds: trained?.progress.seconds ?? 0,
      framesPerSecond: trained === undefined ? 0 : trained.progress.frames / trained.progress.seconds,
      ...(diverged === undefined ? {} : { diverged }),
      sets,
      backend: config.backend,
    },
  );
  return { completed: true, record };
}

function reportOf(event: TrainingEvent): RunEvent | undefined {
  switch (event.kind) {
    case 'start':
    case 'step':
      return { kind: 'training', done: event.step, total: event.steps };
    case 'evaluating':
      return { kind: 'scoring', done: event.done, total: event.total, set: event.set };
    case 'checkpoint':
      return undefined;
  }
}

/** Leaves a checkpoint of no update with the model that is nearest to the one trained in `from`. */
async function begin({ config, folder }: RunJob<SpeechConfig>, from: string): Promise<void> {
  const trained = await loadRecogniser(from, config.backend);
  const { recogniser } = compressRecogniser(trained, config, config.models[0]!.name);
  await saveStart(recogniser, folder);
}

/** The errors on every utterance; without a recogniser, of one that hears nothing: each word and letter is an error. */
function errorsOf(
  recogniser: Recogniser | undefined,
  utterances: readonly Utterance[],
  onProgress: (done: number, total: number) => void,
): SetScores {
  const heard =
    recogniser === undefined
      ? utterances.map(() => ({ words: '', greedy: '' }))
      : transcribeAll(recogniser, utterances, { onProgress });
  const counts = (kind: 'words' | 'greedy', unit: 'word' | 'letter') =>
    utterances.map(({ transcript }, i) =>
      errorCounts({ reference: transcript, hypothesis: heard[i]![kind] }, unit),
    );
  const [words, greedyWords, greedyLetters] = [
    counts('words', 'word'),
    counts('greedy', 'word'),
    counts('greedy', 'letter'),
  ];
  return {
    words: words.map(({ total }) => total),
    wordErrors: words.map(({ errors }) => errors),
    greedyWordErrors: greedyWords.map(({ errors }) => errors),
    letters: greedyLetters.map(({ total }) => total),
    greedyLetterErrors: greedyLetters.map(({ errors }) => errors),
  };
}
