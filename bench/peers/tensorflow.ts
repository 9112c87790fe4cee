import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { answer, arraysOf, type Steps } from './answers.ts';
import type { Job } from './job.ts';
import { layersOf } from './layers.ts';

/* TensorFlow.js with its wasm backend, without threads, as a contender: see contender.ts. */

/** What is used of the library. */
interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array | Int32Array, shape: readonly number[], dtype?: string): Tensor;
  variable(tensor: Tensor, trainable: boolean, name: string): Tensor;
  zeros(shape: readonly number[]): Tensor;
  oneHot(classes: Tensor, depth: number): Tensor;
  reshape(tensor: Tensor, shape: readonly number[]): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  sigmoid(x: Tensor): Tensor;
  tanh(x: Tensor): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  split(tensor: Tensor, parts: number, axis: number): Tensor[];
  unstack(tensor: Tensor): Tensor[];
  stack(tensors: readonly Tensor[]): Tensor;
  readonly losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  readonly train: Readonly<Record<'sgd' | 'adam', (rate: number) => Optimizer>>;
}

interface Optimizer {
  minimize(loss: () => Tensor, returnCost: true): Tensor;
}

const require = createRequire(join(process.argv[2], 'package.json'));
const tf = require('@tensorflow/tfjs') as TensorFlow;
const wasm = require('@tensorflow/tfjs-backend-wasm') as {
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
};
wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
wasm.setThreadsCount(1);
if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js: the wasm backend does not start.');

await answer((job: Job): Steps => {
  const { time, batch, input, hidden, classes, task } = job.workload;
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, values }] of Object.entries(arraysOf(job))) {
    const tensor = tf.tensor(values, shape);
    tensors[name] = name === 'x' ? tensor : tf.variable(tensor, true, name);
  }
  const layers = layersOf(job);
  const labels = tf.oneHot(tf.tensor(Int32Array.from(job.classes), [time * batch], 'int32'), classes);
  const times = (x: Tensor, factors: readonly string[]): Tensor =>
    factors.reduce((value, factor) => tf.matMul(value, tensors[factor], false, true), x);
  const rowsOfInput = tf.reshape(tensors['x'], [time * batch, input]);

  const loss = (): Tensor => {
    let rows = rowsOfInput;
    for (const { input, recurrent, bias } of layers) {
      const gates = tf.reshape(tf.add(times(rows, input), tensors[bias]), [time, batch, 4 * hidden]);
      let [h, c] = [tf.zeros([batch, hidden]), tf.zeros([batch, hidden])];
      const outputs = tf.unstack(gates).map((now) => {
        const [i, f, g, o] = tf.split(tf.add(now, times(h, recurrent)), 4, 1);
        c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
        h = tf.mul(tf.sigmoid(o), tf.tanh(c));
        return h;
      });
      rows = tf.reshape(tf.stack(outputs), [time * batch, hidden]);
    }
    const logits = tf.add(times(rows, ['head.weight']), tensors['head.bias']);
    return tf.losses.softmaxCrossEntropy(labels, logits);
  };
  const optimizer = tf.train[task === 'adam' ? 'adam' : 'sgd'](job.learningRate);
  return {
    form: 'wasm',
    step() {
      const cost = optimizer.minimize(loss, true);
      const [value] = cost.dataSync();
      cost.dispose();
      return value;
    },
  };
});
