import type { ExecuteRun, RunJob } from '../experiments/run.ts';
import type { SpeechConfig } from '../speech/config.ts';
import { loadCorpus } from '../speech/corpora/index.ts';
import { executeRun } from '../speech/experiments/executeRun.ts';
import { charactersRuns } from './charactersTask.ts';
import { classifierExecutor } from './classifierRun.ts';
import { fashionRowsRuns } from './fashionRowsTask.ts';

const speech: ExecuteRun = async (job, hooks) => {
  const { config, cacheFolder } = job as RunJob<SpeechConfig>;
  const corpus = await loadCorpus(config.corpus, { cacheFolder, seed: config.corpusSeed });
  return executeRun(job as RunJob<SpeechConfig>, corpus, hooks);
};

/** By the name of the task. */
const executors: Readonly<Record<string, ExecuteRun>> = {
  speech,
  'fashion-rows': classifierExecutor(fashionRowsRuns),
  characters: classifierExecutor(charactersRuns),
};

/** Makes a run of whatever task it is of, with its data from the cache. Throws as the task does. */
export const executeRunOfTask: ExecuteRun = (job, hooks) => executors[job.task]!(job, hooks);
