import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answer, arraysOf, type Steps } from './answers.ts';
import type { Job } from './job.ts';
import { layersOf } from './layers.ts';

/* jax-js on its wasm device, every step compiled by `jit`, as a contender: see contender.ts. */

/** What is used of the library. A value is used up where it is passed on, unless `ref` is. */
interface Value {
  readonly ref: Value;
  reshape(shape: readonly number[]): Value;
  transpose(): Value;
  slice(...index: (number | [] | [number, number])[]): Value;
  add(other: Value | number): Value;
  sub(other: Value): Value;
  mul(other: Value | number): Value;
  div(other: Value | number): Value;
  mean(): Value;
  dispose(): void;
  data(): Promise<Float32Array>;
}

type Values = Record<string, Value>;

interface Jax {
  init(...devices: string[]): Promise<string[]>;
  jit<F>(f: F): F;
  valueAndGrad(
    loss: (parameters: Values, x: Value, labels: Value) => Value,
  ): (parameters: Values, x: Value, labels: Value) => [Value, Values];
  readonly nn: {
    sigmoid(x: Value): Value;
    logSoftmax(x: Value): Value;
    oneHot(classes: Value, count: number): Value;
  };
  readonly numpy: {
    readonly int32: unknown;
    array(values: ArrayLike<number>, options?: { dtype: unknown }): Value;
    zeros(shape: readonly number[]): Value;
    matmul(a: Value, b: Value): Value;
    tanh(x: Value): Value;
    sqrt(x: Value): Value;
    stack(values: readonly Value[]): Value;
    sum(x: Value, axis: number): Value;
  };
}

const require = createRequire(join(process.argv[2], 'package.json'));
const jax = (await import(pathToFileURL(require.resolve('@jax-js/jax')).href)) as Jax;
const { numpy: np, nn } = jax;
await jax.init('wasm');

/** The same values once more. */
const refs = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.ref]));

await answer(async (job: Job): Promise<Steps> => {
  const { time, batch, input, hidden, classes, task } = job.workload;
  let parameters: Values = {};
  for (const [name, { shape, values }] of Object.entries(arraysOf(job))) {
    parameters[name] = np.array(values).reshape(shape);
  }
  const { x, ...rest } = parameters;
  parameters = rest;
  const rows = x.reshape([time * batch, input]);
  const labels = nn.oneHot(np.array(Int32Array.from(job.classes), { dtype: np.int32 }), classes);
  const layers = layersOf(job);

  const loss = (parameters: Values, rows: Value, labels: Value): Value => {
    const times = (x: Value, factors: readonly string[]): Value =>
      factors.reduce((value, factor) => np.matmul(value, parameters[factor].ref.transpose()), x);
    for (const { input, recurrent, bias } of layers) {
      const gates = times(rows, input)
        .add(parameters[bias].ref)
        .reshape([time, batch, 4 * hidden]);
      let [h, c] = [np.zeros([batch, hidden]), np.zeros([batch, hidden])];
      const outputs: Value[] = [];
      for (let t = 0; t < time; t++) {
        const a = gates.ref.slice(t).add(times(h, recurrent));
        const gate = (k: number): Value => a.ref.slice([], [k * hidden, (k + 1) * hidden]);
        c = nn
          .sigmoid(gate(1))
          .mul(c)
          .add(nn.sigmoid(gate(0)).mul(np.tanh(gate(2))));
        h = nn.sigmoid(gate(3)).mul(np.tanh(c.ref));
        a.dispose();
        outputs.push(h.ref);
      }
      for (const used of [gates, h, c]) used.dispose();
      rows = np.stack(outputs).reshape([time * batch, hidden]);
    }
    const logits = times(rows, ['head.weight']).add(parameters['head.bias'].ref);
    for (const parameter of Object.values(parameters)) parameter.dispose();
    return np.sum(nn.logSoftmax(logits).mul(labels), -1).mean().mul(-1);
  };

  const gradient = jax.valueAndGrad(loss);
  const eachOf = (of: Values, change: (name: string) => Value): Values =>
    Object.fromEntries(Object.keys(of).map((name) => [name, change(name)]));
  const sgdStep = jax.jit((now: Values, rows: Value, labels: Value): [Value, Values] => {
    const [value, grads] = gradient(refs(now), rows, labels);
    return [value, eachOf(now, (name) => now[name].sub(grads[name].mul(job.learningRate)))];
  });
  const [beta1, beta2] = [0.9, 0.999];
  const adamStep = jax.jit(
    (now: Values, m: Values, v: Values, corrections: Value, rows: Value, labels: Value) => {
      const [value, grads] = gradient(refs(now), rows, labels);
      const nextM = eachOf(now, (name) => m[name].mul(beta1).add(grads[name].ref.mul(1 - beta1)));
      const nextV = eachOf(now, (name) =>
        v[name].mul(beta2).add(grads[name].ref.mul(grads[name]).mul(1 - beta2)),
      );
      const next = eachOf(now, (name) => {
        const first = nextM[name].ref.div(corrections.ref.slice(0));
        const second = np.sqrt(nextV[name].ref.div(corrections.ref.slice(1))).add(1e-8);
        return now[name].sub(first.div(second).mul(job.learningRate));
      });
      corrections.dispose();
      return [value, next, nextM, nextV] as const;
    },
  );

  let [m, v] = [0, 1].map(() => eachOf(parameters, (name) => np.zeros(job.arrays[name].shape)));
  let steps = 0;
  return {
    form: 'jit, wasm',
    async step() {
      let value: Value;
      if (task === 'adam') {
        steps++;
        const corrections = np.array([1 - beta1 ** steps, 1 - beta2 ** steps]);
        [value, parameters, m, v] = adamStep(parameters, m, v, corrections, rows.ref, labels.ref);
      } else [value, parameters] = sgdStep(parameters, rows.ref, labels.ref);
      return (await value.data())[0];
    },
  };
});
