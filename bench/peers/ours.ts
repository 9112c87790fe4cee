import { backend } from '../../src/index.ts';
import { prepareStream } from '../workloads/streaming.ts';
import { prepareTraining } from '../workloads/training.ts';
import { answer } from './answers.ts';

/* compact-rnn as a contender: see contender.ts. */
await answer(({ workload, variant }) => {
  const prepare = workload.task === 'stream' ? prepareStream : prepareTraining;
  return { form: backend('wasm').description, step: prepare(workload, variant).step };
});
