import { loadCorpus } from '../tasks/speech/corpora/index.ts';
import { trainRecogniser } from '../tasks/speech/train.ts';
import { answerJob } from './answerJob.ts';
import type { TrainingJob } from './services.ts';

/* The thread that trains one model; `trainInThread` starts it and listens. */

await answerJob(async ({ config, model, folder, resume, cacheFolder }: TrainingJob, hooks) => {
  const corpus = await loadCorpus(config.corpus, { cacheFolder, seed: config.corpusSeed });
  return trainRecogniser({ config, model, corpus, folder, resume, ...hooks });
});
