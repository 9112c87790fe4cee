import {
  defaultBackend,
  type LayerSpec,
  type LayerState,
  openStream,
  type RecurrentModelSpec,
  random,
  recurrentModel,
  type StreamOptions,
  scope,
  tensor,
} from '../src/index.ts';
import type { Bench } from './bench.ts';
import { type Timing, timed } from './timing.ts';

/** The structures that streams are timed with. */
export const streamVariants = {
  dense: { input: 'dense', recurrent: 'dense' },
  'low rank 32': { input: { lowRank: 32 }, recurrent: { lowRank: 32 } },
  'shared low rank 32': { input: 'dense', recurrent: { sharedLowRank: 32 } },
  circulant: { input: 'circulant', recurrent: 'circulant' },
  'Toeplitz-like 1': { input: { toeplitzLike: 1 }, recurrent: { toeplitzLike: 1 } },
  'Toeplitz-like 4': { input: { toeplitzLike: 4 }, recurrent: { toeplitzLike: 4 } },
} as const satisfies Record<string, Pick<LayerSpec, 'input' | 'recurrent'>>;

export type StreamVariant = keyof typeof streamVariants | 'hybrid';

/**
 * A stream of 240 values into three LSTM layers of 256 units and 128 classes: `step` reads one row and writes one, `apply`
 * has the model read the same row as a sequence of one step. The hybrid is Toeplitz-like in the bottom layer and has
 * shared low-rank factors above (Lu et al. 2016).
 */
export function streamOf(variant: StreamVariant, options: StreamOptions = {}) {
  const maps =
    variant === 'hybrid'
      ? ['Toeplitz-like 4' as const, 'shared low rank 32' as const, 'shared low rank 32' as const]
      : [variant, variant, variant];
  const spec: RecurrentModelSpec = {
    inputSize: 240,
    layers: maps.map((own) => ({ hidden: 256, ...streamVariants[own] })),
    outputSize: 128,
  };
  const model = recurrentModel(spec);
  const parameters = model.initialise(1);
  const stream = openStream(model, parameters, options);
  const numbers = random(1, 'bench', 'stream');
  const rows = Array.from({ length: 16 }, () => Float32Array.from({ length: 240 }, () => numbers.normal()));
  const y = new Float32Array(128);
  let next = 0;
  const row = () => rows[next++ & 15];
  let state: readonly LayerState[] | undefined;
  return {
    model,
    stream,
    step: () => stream.step(row(), y),
    apply() {
      const result = scope(() => model.apply(parameters, tensor(row(), [1, 1, 240]), { state }));
      state = result.state;
      return result.y.dataSync();
    },
  };
}

/** Times one step of a stream of every structure, beside the same step as a sequence of the model. */
export async function benchStreaming(bench: Bench): Promise<void> {
  bench.say(
    `\n240 values into 3 × 256 LSTM units and 128 classes, one row at a time; ${defaultBackend().description}`,
  );
  const dense = print(bench, 'dense', {});
  for (const variant of [...Object.keys(streamVariants).slice(1), 'hybrid'] as StreamVariant[]) {
    print(bench, variant, {}, dense);
  }
  for (const variant of ['dense', 'low rank 32', 'hybrid'] as const)
    print(bench, variant, { weights: 'int8' }, dense);
}

function print(
  { say, figure }: Bench,
  variant: StreamVariant,
  options: StreamOptions,
  dense?: Timing,
): Timing {
  const { stream, step, apply } = streamOf(variant, options);
  check(step, apply, options.weights === 'int8' ? 0.05 : 1e-4);
  stream.reset();
  const [own, whole] = [timed(step), timed(apply)];
  const label = `${variant}${options.weights === 'int8' ? ', 8 bits' : ''}`;
  const microseconds = ({ median, best }: Timing) =>
    `${(median * 1000).toFixed(1).padStart(7)} µs (best ${(best * 1000).toFixed(1).padStart(6)})`;
  const ratio = dense ? `   ${(dense.best / own.best).toFixed(1)}× dense` : '';
  const size = `${(stream.bytes / 1024).toFixed(0).padStart(6)} KiB`;
  say(`${label.padEnd(24)}${size}${microseconds(own)}, apply${microseconds(whole)}${ratio}`);
  figure({ name: `stream, ${label}`, value: 1000 * own.median, unit: 'µs a step' });
  return own;
}

/** Throws unless the steps of a stream are those of the model, relative to the largest output. */
function check(step: () => Float32Array, apply: () => ArrayLike<number>, tolerance: number): void {
  const streamed = Array.from({ length: 16 }, () => step().slice());
  const applied = Array.from({ length: 16 }, apply);
  const largest = Math.max(...applied.map((y) => Math.max(...Array.from(y, Math.abs))));
  applied.forEach((y, t) => {
    streamed[t].forEach((value, i) => {
      if (!(Math.abs(value - y[i]) <= tolerance * largest)) {
        throw new Error(`stream: output ${i} of step ${t} is ${value}, the model has ${y[i]}`);
      }
    });
  });
}
