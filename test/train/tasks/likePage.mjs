/*
 * A page as far as `compact-rnn` sees it: cross-origin isolated, with web workers, and without Node's `process`. Trains on
 * as many threads as the argument says and prints what came out. As a worker's script: a web worker likewise.
 */
import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads';

const [, , threads] = process.argv;
const { exit, stdout } = process;
globalThis.process = undefined;
globalThis.crossOriginIsolated = threads !== 'unshared';
globalThis.Worker = class {
  #thread;
  constructor(url, { type }) {
    if (type !== 'module') throw new Error('not a module');
    this.#thread = new Thread(new URL(import.meta.url), { workerData: url.href });
  }
  addEventListener(type, listener) {
    this.#thread.on(type, (value) =>
      listener(type === 'error' ? { message: value.message } : { data: value }),
    );
  }
  postMessage(message) {
    this.#thread.postMessage(message);
  }
  terminate() {
    this.#thread.terminate();
  }
};

if (isMainThread) {
  const { parallelTrainer } = await import('compact-rnn');
  const { model } = await import('./classes.mjs');
  const module = new URL('./classes.mjs', import.meta.url);
  const count = threads === 'unshared' ? 2 : Number(threads);
  const trainer = await parallelTrainer({ module, parameters: model.initialise(1), threads: count }).catch(
    (error) => {
      stdout.write(`${error.name}: ${error.message}`);
      exit(1);
    },
  );
  const losses = [];
  for (let step = 0; step < 5; step++) {
    const batch = (count) => ({
      time: 2,
      count,
      values: Float32Array.from({ length: 6 * count }, (_, i) => Math.sin(i + step)),
      classes: Array.from({ length: 2 * count }, (_, i) => i % 4),
    });
    losses.push((await trainer.step([batch(1), batch(3)], { learningRate: 0.05 })).loss);
  }
  const failure = await trainer
    .step([{ classes: [1], trouble: 'throw', seed: 7 }, { classes: [] }], {})
    .catch((e) => e);
  await trainer.close();
  stdout.write(JSON.stringify({ losses, failure: failure.message }), () => exit(0));
} else {
  globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
  globalThis.addEventListener = (type, listener) => parentPort.on(type, (data) => listener({ data }));
  await import(workerData);
}
