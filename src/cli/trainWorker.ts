import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { InputError } from '../errors.ts';
import { loadCorpus } from '../tasks/speech/corpora/index.ts';
import { trainRecogniser } from '../tasks/speech/train.ts';
import type { ThreadMessage } from './modelThread.ts';
import type { TrainingJob } from './services.ts';

/* The thread that trains one model; `trainInThread` starts it and listens. */

const port = parentPort!;
const send = (message: ThreadMessage) => port.postMessage(message);
const { config, model, folder, resume, cacheFolder } = workerData as TrainingJob;
const interruption = new AbortController();

try {
  const corpus = await loadCorpus(config.corpus, { cacheFolder, seed: config.corpusSeed });
  const outcome = await trainRecogniser({
    config,
    model,
    corpus,
    folder,
    resume,
    signal: interruption.signal,
    onEvent(event) {
      send({ kind: 'event', event });
      // Training may keep the thread busy from start to end, so the message is fetched here rather than waited for.
      if (receiveMessageOnPort(port)?.message === 'abort') interruption.abort();
    },
  });
  send({ kind: 'outcome', outcome });
} catch (error) {
  const { message, stack } = error as Error;
  send({ kind: 'failure', message, stack, isInput: error instanceof InputError });
}
