import type { LayerSpec, RecurrentModelSpec } from '../../src/index.ts';

/** A stack of LSTM layers with a linear output layer, and the batch it is timed on. */
export interface Workload {
  readonly name: string;
  readonly batch: number;
  readonly time: number;
  readonly input: number;
  readonly layers: number;
  readonly hidden: number;
  readonly classes: number;
  /** A training step with cross-entropy at every time step and this update; or one step of a stream, forward only. */
  readonly task: 'adam' | 'sgd' | 'stream';
  /** Ranks of the compact variants. */
  readonly rank: number;
  readonly displacementRank: number;
  readonly variants: readonly Variant[];
}

/** Which structure the matrices of all LSTM layers have. */
export type Variant = 'dense' | 'lowRank' | 'toeplitzLike' | 'hybrid';

const everyVariant: readonly Variant[] = ['dense', 'lowRank', 'toeplitzLike', 'hybrid'];

/** What the engine is measured on, from one small layer to a large stack, and a single stream. */
export const workloads: readonly Workload[] = [
  {
    name: 'W1',
    ...{ batch: 16, time: 50, input: 32, layers: 1, hidden: 64, classes: 32 },
    ...{ task: 'adam', rank: 16, displacementRank: 2, variants: everyVariant },
  },
  {
    name: 'W2',
    ...{ batch: 16, time: 20, input: 240, layers: 3, hidden: 256, classes: 128 },
    ...{ task: 'sgd', rank: 32, displacementRank: 4, variants: everyVariant },
  },
  {
    name: 'W3',
    ...{ batch: 8, time: 20, input: 320, layers: 5, hidden: 500, classes: 2000 },
    ...{ task: 'sgd', rank: 64, displacementRank: 4, variants: everyVariant },
  },
  {
    name: 'T512',
    ...{ batch: 16, time: 20, input: 512, layers: 3, hidden: 512, classes: 128 },
    ...{ task: 'sgd', rank: 64, displacementRank: 4, variants: ['toeplitzLike'] },
  },
  {
    name: 'W4',
    ...{ batch: 1, time: 1, input: 240, layers: 3, hidden: 256, classes: 128 },
    ...{ task: 'stream', rank: 32, displacementRank: 4, variants: ['dense', 'lowRank'] },
  },
];

/** The model of a variant. The hybrid is Toeplitz-like in the bottom layer and shares low-rank factors above (Lu et al. 2016). */
export function modelOf(workload: Workload, variant: Variant): RecurrentModelSpec {
  const { input, layers, hidden, classes } = workload;
  return {
    inputSize: input,
    layers: Array.from({ length: layers }, (_, i) => ({ hidden, ...mapsOf(workload, variant, i) })),
    outputSize: classes,
  };
}

function mapsOf({ rank, displacementRank, layers }: Workload, variant: Variant, layer: number) {
  const toeplitzLike = { toeplitzLike: displacementRank };
  const maps: Record<Variant, Pick<LayerSpec, 'input' | 'recurrent'>> = {
    dense: { input: 'dense', recurrent: 'dense' },
    lowRank: { input: { lowRank: rank }, recurrent: { lowRank: rank } },
    toeplitzLike: { input: toeplitzLike, recurrent: toeplitzLike },
    hybrid:
      layer === 0
        ? { input: toeplitzLike, recurrent: layers === 1 ? { sharedLowRank: rank } : toeplitzLike }
        : { input: 'dense', recurrent: { sharedLowRank: rank } },
  };
  return maps[variant];
}

/** The learning rate of every workload: small, so that thousands of steps on one batch stay finite. */
export const learningRate = 0.001;
