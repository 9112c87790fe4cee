import { loadCorpus } from '../tasks/speech/corpora/index.ts';
import { trainRecogniser } from '../tasks/speech/train.ts';
import { answerJob } from './answerJob.ts';
import type { TrainingJob } from './services.ts';

/* The thread that trains one model; `trainInThread` starts it and listens. */

await answerJob(async ({ cacheFolder, ...job }: TrainingJob, hooks) => {
  const { corpus: name, corpusSeed } = job.config;
  const corpus = await loadCorpus(name, { cacheFolder, seed: corpusSeed });
  return trainRecogniser({ ...job, corpus, ...hooks });
});
