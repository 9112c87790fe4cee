import { loadCorpus } from '../tasks/speech/corpora/index.ts';
import { executeRun, type RunJob } from '../tasks/speech/experiments/executeRun.ts';
import { answerJob } from './answerJob.ts';

/* The thread that makes one run of an experiment; `executeInThread` starts it and listens. */

await answerJob(async (job: RunJob, hooks) => {
  const { corpus, corpusSeed } = job.config;
  const { cacheFolder } = job;
  return executeRun(job, await loadCorpus(corpus, { cacheFolder, seed: corpusSeed }), hooks);
});
