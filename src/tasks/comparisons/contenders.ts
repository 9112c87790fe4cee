import type { LayerSpec } from '../../nn/spec.ts';
import type { Contender } from '../experiments/experiment.ts';

/** Displacement rank of the structured matrices of the hybrids. */
const RANK = 4;

const twice = (layer: LayerSpec): readonly LayerSpec[] => [layer, layer];

export const dense: Contender = {
  name: 'dense',
  role: 'the baseline',
  seeds: 5,
  layers: (hidden) => twice({ hidden }),
};

/**
 * Structured at the bottom, shared low-rank above it: the paper's hybrid, with projections of the free size. On the small
 * queries, at 128 units and a quarter of the parameters, it was ahead of one whose whole lower layer is Toeplitz-like.
 */
const hybridOf =
  (rank: number): Contender['layers'] =>
  (hidden, size) => [
    { hidden, input: { toeplitzLike: rank }, recurrent: { sharedLowRank: size } },
    { hidden, recurrent: { sharedLowRank: size } },
  ];

/** At least three quarters fewer parameters than the baseline. */
export const hybrid: Contender = {
  name: 'hybrid',
  role: 'a Toeplitz-like matrix at the bottom, shared low-rank factors above it',
  seeds: 5,
  layers: hybridOf(RANK),
  parameters: { atMost: 0.25 },
};

/** The same from scratch, where `hybrid` is one that begins from the trained baseline. */
export const hybridFromScratch: Contender = {
  ...hybrid,
  name: 'hybrid-from-scratch',
  role: 'the hybrid without the trained baseline to begin from',
  seeds: 3,
  parameters: { like: 'hybrid' },
};

export const hybridTenth: Contender = {
  name: 'hybrid-tenth',
  role: 'the hybrid with a tenth of the parameters',
  seeds: 3,
  layers: hybridOf(RANK / 2),
  parameters: { atMost: 0.1 },
};

/** A model that is fitted to the trained baseline of the same seed, map by map, and trained on for so many epochs. */
export const fitted = (model: Contender, epochs: number, learningRates: readonly number[]): Contender => ({
  ...model,
  role: `${model.role}; fitted to the trained baseline and trained on`,
  start: { from: 'dense', epochs, learningRates },
});

export const narrowDense: Contender = {
  name: 'narrow-dense',
  role: 'the control: a narrower dense LSTM with as many parameters as the hybrid',
  seeds: 5,
  layers: (_, hidden) => twice({ hidden }),
  parameters: { like: 'hybrid' },
};

export const lowRank: Contender = {
  name: 'low-rank',
  role: 'every matrix a product of low rank',
  seeds: 3,
  layers: (hidden, size) => twice({ hidden, input: { lowRank: size }, recurrent: { lowRank: size } }),
  parameters: { like: 'hybrid' },
};

/** What each layer emits, a projection of its hidden state, is read by its own recurrence and by the layer above. */
export const sharedLowRank: Contender = {
  name: 'shared-low-rank',
  role: "each layer's recurrence and the next layer's input share a projection",
  seeds: 3,
  layers: (hidden, size) => [
    { hidden, input: { lowRank: size }, recurrent: { sharedLowRank: size } },
    { hidden, recurrent: { sharedLowRank: size } },
  ],
  parameters: { like: 'hybrid' },
};

export const toeplitzLike: Contender = {
  name: 'toeplitz-like',
  role: 'every matrix Toeplitz-like',
  seeds: 3,
  layers: (hidden, size) =>
    twice({ hidden, input: { toeplitzLike: size }, recurrent: { toeplitzLike: size } }),
  parameters: { like: 'hybrid' },
};

/** Every matrix hashed into so many thousandths of its entries. */
export const hashed: Contender = {
  name: 'hashed',
  role: "every matrix's entries share a few values by a hash",
  seeds: 3,
  layers: (hidden, thousandths, inputSize) => {
    const into = (columns: number) => ({
      hashed: Math.max(1, Math.round((thousandths * columns * 4 * hidden) / 1000)),
    });
    return [
      { hidden, input: into(inputSize), recurrent: into(hidden) },
      { hidden, input: into(hidden), recurrent: into(hidden) },
    ];
  },
  parameters: { like: 'hybrid' },
};

export const hybridUpsideDown: Contender = {
  name: 'hybrid-upside-down',
  role: 'shared low-rank at the bottom, Toeplitz-like on top',
  seeds: 3,
  layers: (hidden, size) => [
    { hidden, input: { lowRank: size }, recurrent: { sharedLowRank: size } },
    { hidden, input: { toeplitzLike: RANK }, recurrent: { toeplitzLike: RANK } },
  ],
  parameters: { like: 'hybrid' },
};

export const denseCompressed: Contender = {
  name: 'dense-compressed',
  role: 'shared low-rank factors (Prabhavalkar et al. 2016)',
  seeds: 3,
  layers: sharedLowRank.layers,
  parameters: { like: 'hybrid' },
};

export const denseTrainedOn: Contender = {
  name: 'dense-trained-on',
  role: 'the baseline',
  seeds: 3,
  layers: dense.layers,
};
