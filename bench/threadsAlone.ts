import { parentPort, workerData } from 'node:worker_threads';
import { type StepOptions, trainStep } from '../src/index.ts';
import task, { modelOf, type Sequences, type Workload } from './threadsTask.ts';

/* A thread that trains on a shard by itself: tells how many milliseconds a step took, each time it is asked. */

const { workload, shard, options } = workerData as {
  readonly workload: Workload;
  readonly shard: Sequences;
  readonly options: StepOptions;
};
const { loss, optimizer } = task(workload);
const parameters = modelOf(workload).initialise(1);
const state = optimizer(parameters);
parentPort!.on('message', () => {
  const start = performance.now();
  trainStep((current) => loss(current, shard), parameters, state, options);
  parentPort!.postMessage(performance.now() - start);
});
