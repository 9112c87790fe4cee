import { executeSteps } from '../../experiments/execute.ts';
import type { SetScores } from '../../experiments/measure.ts';
import type { RunHooks, RunJob, RunOutcome } from '../../experiments/run.ts';
import { alphabetSize } from '../alphabet.ts';
import { compressRecogniser, saveStart } from '../compress.ts';
import type { SpeechConfig } from '../config.ts';
import type { Corpus, Utterance } from '../corpus.ts';
import { transcribeAll } from '../evaluate.ts';
import { TRAIN_SAMPLE } from '../measure.ts';
import { loadRecogniser, type Recogniser } from '../recogniser.ts';
import { errorCounts } from '../score/errorRate.ts';
import { trainNetwork } from '../train.ts';
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
  { signal, onEvent }: RunHooks,
): Promise<RunOutcome> {
  const data = job.fold === undefined ? corpus : foldOf(corpus, job.fold);
  const { config, folder } = job;
  const model = config.models[0]!;
  const startsFresh = job.from === undefined && !job.resume;
  if (job.from !== undefined && !job.resume) await begin(job, job.from, data);
  return executeSteps(
    job,
    { signal, onEvent },
    {
      model,
      ends: { inputSize: data.bands * config.features.stack, outputSize: alphabetSize },
      backend: config.backend,
      async train(report) {
        const { completed, recogniser, progress } = await trainNetwork({
          config,
          model: model.name,
          corpus: data,
          folder,
          resume: !startsFresh,
          signal,
          onEvent(event) {
            if (event.kind === 'start' || event.kind === 'step') report(event);
          },
        });
        const { losses, frames, times } = progress;
        const { seconds } = times;
        return { completed, recogniser, losses, seconds, framesPerSecond: frames / seconds };
      },
      score(trained, set, onProgress) {
        const utterances = data.sets[set] ?? [];
        const scored = set === 'train' ? utterances.slice(0, TRAIN_SAMPLE) : utterances;
        return errorsOf(trained?.recogniser, scored, onProgress);
      },
    },
  );
}

/** Leaves a checkpoint of no update with the model that is nearest to the one trained in `from`. */
async function begin({ config, folder }: RunJob<SpeechConfig>, from: string, corpus: Corpus): Promise<void> {
  const trained = await loadRecogniser(from);
  const { recogniser } = await compressRecogniser(trained, config, config.models[0]!.name);
  await saveStart(recogniser, corpus, folder);
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
