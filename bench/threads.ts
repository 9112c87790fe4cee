import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { backend, parallelTrainer, random, type StepOptions, trainStep } from '../src/index.ts';
import type { Bench } from './bench.ts';
import task, { modelOf, type Sequences, type Workload } from './threadsTask.ts';

const w2 = { batch: 16, time: 20, input: 240, layers: 3, hidden: 256, classes: 128 };
const w3 = { batch: 8, time: 20, input: 320, layers: 5, hidden: 500, classes: 2000 };
const workloads: readonly Workload[] = [
  { name: 'W2 dense', ...w2 },
  { name: 'W2 low-rank', ...w2, rank: 32 },
  { name: 'W3 dense', ...w3 },
  { name: 'W3 low-rank', ...w3, rank: 64 },
];
const shards = 2;
const rounds = 31;
/** For so long nothing is timed: each thread compiles everything by itself, short steps take dozens of them for it. */
const warmUpMs = 4000;
const options: StepOptions = { learningRate: 0.01 };

/**
 * Times whole training steps: of a batch at once on one thread, in two shards on one thread, and in two shards on two.
 * All take turns, so that other work on the machine slows all alike. Throws when shards on two threads are not those on
 * one, to the last bit, or far from the whole batch. Beside it stands what the machine's two cores give: trainings on a shard
 * that have nothing to do with each other, two at once over one after the other.
 */
export async function benchThreads({ say, figure }: Bench): Promise<void> {
  say(
    `\n${backend('wasm').description}, ${availableParallelism()} cores; milliseconds a step, median (best)`,
  );
  for (const workload of workloads) {
    const { text, gain, capacity } = await line(workload);
    say(text);
    figure({ name: `${workload.name}, two threads over one`, value: gain, unit: '×' });
    figure({ name: `${workload.name}, two trainings at once over one`, value: capacity, unit: '×' });
  }
}

async function line(workload: Workload): Promise<{ text: string; gain: number; capacity: number }> {
  const [whole] = sequences(workload, 1);
  const parts = sequences(workload, shards);
  const { loss, optimizer } = task(workload);
  const initial = () => modelOf(workload).initialise(1);
  const module = new URL('./threadsTask.js', import.meta.url);
  const trainer = (threads: number) =>
    parallelTrainer<Sequences>({ module, options: workload, parameters: initial(), shards, threads });
  const parameters = initial();
  const plain = optimizer(parameters);
  const trainers = await Promise.all([trainer(1), trainer(2)]);
  const steps = [
    async () => trainStep((current) => loss(current, whole), parameters, plain, options).loss,
    ...trainers.map((one) => async () => (await one.step(parts, options)).loss),
  ];
  const alone = parts.map(
    (shard) =>
      new Worker(new URL('./threadsAlone.js', import.meta.url), { workerData: { workload, shard, options } }),
  );
  const times: number[][] = steps.map(() => []);
  const [inTurn, atOnce]: number[][] = [[], []];
  const begun = performance.now();
  while (times[0].length < rounds) {
    const isTimed = performance.now() - begun > warmUpMs;
    const losses: number[] = [];
    for (const [i, step] of steps.entries()) {
      const start = performance.now();
      losses.push(await step());
      if (isTimed) times[i].push(performance.now() - start);
    }
    check(workload.name, losses);
    const single = await stepOf(alone[0]);
    const both = await Promise.all(alone.map(stepOf));
    if (isTimed) {
      inTurn.push(single);
      // A step ends when the slower one has.
      atOnce.push(Math.max(...both));
    }
  }
  await Promise.all([...trainers.map((one) => one.close()), ...alone.map((one) => one.terminate())]);
  const medians = times.map(median);
  const cells = medians.map((median, i) => `${median.toFixed(1)} (${times[i][0].toFixed(1)})`.padStart(15));
  const capacity = (2 * median(inTurn)) / median(atOnce);
  const [ofWhole, ofParts] = medians.map((median) => `${(median / medians[2]).toFixed(2)}×`);
  const text =
    `${workload.name.padEnd(12)} whole batch ${cells[0]}, 2 shards ${cells[1]}, on 2 threads ${cells[2]}: ` +
    `${ofWhole} the whole batch's speed, ${ofParts} one thread's; two trainings at once ${capacity.toFixed(2)}×`;
  return { text, gain: medians[1] / medians[2], capacity };
}

/** Milliseconds that a training by itself says its step took. */
async function stepOf(training: Worker): Promise<number> {
  training.postMessage('step');
  const [ms] = (await once(training, 'message')) as [number];
  return ms;
}

const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1];

/** The same sequences, in `count` parts. */
function sequences({ batch, time, input, classes }: Workload, count: number): Sequences[] {
  const own = batch / count;
  return Array.from({ length: count }, (_, part) => {
    const values = new Float32Array(time * own * input);
    const right: number[] = [];
    for (let t = 0; t < time; t++) {
      for (let b = 0; b < own; b++) {
        const stream = random('row', t, part * own + b);
        for (let i = 0; i < input; i++) values[(t * own + b) * input + i] = stream.normal();
        right.push(stream.integer(classes));
      }
    }
    return { count: own, values, classes: right };
  });
}

function check(name: string, [whole, one, two]: number[]): void {
  if (one !== two) throw new Error(`${name}: the loss is ${two} on two threads and ${one} on one`);
  if (!(Math.abs(one - whole) <= 1e-4 * whole)) {
    throw new Error(`${name}: the loss is ${one} in shards and ${whole} of the whole batch`);
  }
}
