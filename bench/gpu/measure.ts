import { calibrate } from '../../src/backends/auto.ts';
import { createGpuBackend } from '../../src/backends/gpu/backend.ts';
import { type Device, type GpuMode, startDevice } from '../../src/backends/gpu/device.ts';
import {
  adam,
  add,
  type Backend,
  backend,
  crossEntropy,
  matmul,
  random,
  recurrentModel,
  sgd,
  sum,
  type Tensors,
  tensor,
  trainStepAsync,
} from '../../src/index.ts';
import { scopeAcross } from '../../src/tensor/scope.ts';
import { batchOf } from '../workloads/data.ts';
import { learningRate, modelOf, type Variant, type Workload } from '../workloads/definitions.ts';
import type { GpuFigures, ProductFigures, TrainingFigures } from './figures.ts';
import { checkRegistry, relativeError } from './registryCheck.ts';
import { sides, trainings } from './workloads.ts';

export interface MeasureOptions {
  readonly host: string;
  readonly mode: GpuMode;
  /** Whether the wasm backend is timed on the trainings, too; on the largest one step takes it half a minute. */
  readonly wasm: 'all' | 'small' | 'none';
  readonly say: (line: string) => void;
  /** Is given what has been measured so far, each time that there is more; the time may end before all of it. */
  readonly keep?: (figures: GpuFigures) => void;
}

/** Milliseconds that one figure may take, but for its first run. */
const budget = 2500;
const mostRuns = 30;

/** Checks the GPU of this machine against the reference, then times it beside the wasm backend. */
export async function measureGpu({ host, mode, wasm, say, keep }: MeasureOptions): Promise<GpuFigures> {
  const { device, launches } = counted(await startDevice(mode));
  const gpu = createGpuBackend(device);
  // A context that is lost later has no name any more.
  const { adapter } = device;
  say(`${host}, ${gpu.description}`);
  const check = await checkRegistry(gpu);
  say(`${check.samples} samples of ${check.ops} ops, ${check.failures.length} out of bounds`);
  const microsecondsPerLaunch = await launchTime(gpu);
  say(`${microsecondsPerLaunch.toFixed(1)} µs a launch`);
  const products: ProductFigures[] = [];
  for (const side of sides) {
    // Eight times the work of the last: more than a page has time for.
    if ((products.at(-1)?.gpuMs ?? 0) > budget) break;
    products.push(await product(gpu, side));
    say(`product ${side}: ${JSON.stringify(products.at(-1))}`);
  }
  const calibration = await calibrate(backend('wasm'), gpu);
  say(`calibration ${JSON.stringify(calibration)}`);
  const trained: TrainingFigures[] = [];
  const figures = (): GpuFigures => ({
    ...{ host, mode, adapter, check, microsecondsPerLaunch, products, calibration },
    trainings: trained,
  });
  for (const { workload, variant } of trainings) {
    const isTimed = wasm === 'all' || (wasm === 'small' && workload.name !== 'wide');
    trained.push(await training(gpu, launches, workload, variant, isTimed));
    say(`training ${JSON.stringify(trained.at(-1))}`);
    keep?.(figures());
  }
  return figures();
}

/** A device whose launches are counted. */
function counted(device: Device): { device: Device; launches: () => number } {
  let count = 0;
  const run: Device['run'] = (...args) => {
    count++;
    return device.run(...args);
  };
  return { device: Object.create(device, { run: { value: run } }) as Device, launches: () => count };
}

async function launchTime(gpu: Backend): Promise<number> {
  const length = 500;
  const one = tensor(Float32Array.of(1, 2, 3), [3], { backend: gpu });
  const chain = () =>
    scopeAcross(async (inside) => {
      const last = inside(() => {
        let y = add(one, one);
        for (let i = 1; i < length; i++) y = add(y, one);
        return y;
      });
      const values = await last.data();
      if (values[0] !== length + 1) throw new Error(`${length} additions gave ${values[0]}.`);
    });
  return (1000 * (await median(chain))) / length;
}

async function product(gpu: Backend, side: number): Promise<ProductFigures> {
  const numbers = ['a', 'b'].map((name) => {
    const { normal } = random(1, 'product', name);
    return Float32Array.from({ length: side * side }, () => normal());
  });
  const on = async (home: Backend) => {
    const [a, b] = numbers.map((values) => {
      const matrix = tensor(values, [side, side], { backend: home });
      matrix.storage.persist();
      return matrix;
    });
    const values = await scopeAcross((inside) => inside(() => matmul(a, b)).data());
    // Enough products behind one reading that the way to and from the GPU counts little.
    const repeats = home.readsAtOnce ? 1 : Math.max(1, Math.min(20, Math.round(2 ** 33 / side ** 3)));
    const ms = await median(() =>
      scopeAcross(async (inside) => {
        const total = inside(() => {
          let y = sum(matmul(a, b));
          for (let i = 1; i < repeats; i++) y = add(y, sum(matmul(a, b)));
          return y;
        });
        await total.data();
      }),
    );
    return { values, ms: ms / repeats };
  };
  const [found, expected] = [await on(gpu), await on(backend('wasm'))];
  return {
    side,
    gpuMs: found.ms,
    wasmMs: expected.ms,
    difference: relativeError(found.values, expected.values),
  };
}

async function training(
  gpu: Backend,
  launches: () => number,
  workload: Workload,
  variant: Variant,
  onWasm: boolean,
): Promise<TrainingFigures> {
  const wasm = onWasm ? await timedTraining(backend('wasm'), workload, variant, () => 0) : null;
  const figures = { workload: workload.name, variant, wasmMs: wasm?.ms ?? null };
  try {
    const found = await timedTraining(gpu, workload, variant, launches);
    const difference = wasm && Math.abs(found.loss - wasm.loss) / Math.abs(wasm.loss);
    return { ...figures, gpuMs: found.ms, launches: found.launches, difference };
  } catch (error) {
    const reason = error instanceof Error ? error.message : `${error}`;
    return { ...figures, gpuMs: null, reason, launches: 0, difference: null };
  }
}

async function timedTraining(home: Backend, workload: Workload, variant: Variant, launches: () => number) {
  const model = recurrentModel(modelOf(workload, variant));
  const parameters = model.initialise(1, { backend: home });
  const optimizer = workload.task === 'adam' ? adam(parameters) : sgd(parameters);
  const { x, classes } = batchOf(workload);
  const input = tensor(x, [workload.time, workload.batch, workload.input], { backend: home });
  const loss = (current: Tensors) => crossEntropy(model.apply(current, input).y, classes);
  const step = () => trainStepAsync(loss, parameters, optimizer, { learningRate });
  let [initial, own] = [Number.NaN, 0];
  const ms = await median(async () => {
    const before = launches();
    const { loss: found } = await step();
    own = launches() - before;
    if (Number.isNaN(initial)) initial = found;
  }, !home.readsAtOnce);
  return { loss: initial, launches: own, ms };
}

/** The median of several runs after one that does not count, unless nothing is compiled in it and it took all the time there is. */
async function median(run: () => Promise<unknown>, compiles = true): Promise<number> {
  const times: number[] = [];
  const begun = performance.now();
  await run();
  const first = performance.now() - begun;
  if (!compiles && first > 2 * budget) return first;
  do {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  } while (times.length < mostRuns && performance.now() - begun < budget);
  return times.sort((a, b) => a - b)[times.length >> 1];
}
