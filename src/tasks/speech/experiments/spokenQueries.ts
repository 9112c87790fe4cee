import type { LayerSpec } from '../../../nn/spec.ts';
import { DEFAULT_BANDS } from '../features/logMel.ts';
import type { Contender, Experiment } from './experiment.ts';

/** Displacement rank of the structured matrices of the hybrids. */
const RANK = 4;

const twice = (layer: LayerSpec): readonly LayerSpec[] => [layer, layer];

/** Every matrix of two layers hashed into so many thousandths of its entries. */
function hashed(hidden: number, thousandths: number, inputSize: number): readonly LayerSpec[] {
  const into = (columns: number) => ({
    hashed: Math.max(1, Math.round((thousandths * columns * 4 * hidden) / 1000)),
  });
  return [
    { hidden, input: into(inputSize), recurrent: into(hidden) },
    { hidden, input: into(hidden), recurrent: into(hidden) },
  ];
}

/** What each layer emits, a projection of its hidden state, is read by its own recurrence and by the layer above. */
const sharedLowRank: Contender['layers'] = (hidden, size) => [
  { hidden, input: { lowRank: size }, recurrent: { sharedLowRank: size } },
  { hidden, recurrent: { sharedLowRank: size } },
];

/**
 * Structured at the bottom, shared low-rank above it: the paper's hybrid, with projections of the free size. On the small
 * queries, at 128 units and a quarter of the parameters, it was ahead of one whose whole lower layer is Toeplitz-like.
 */
const hybrid =
  (rank: number): Contender['layers'] =>
  (hidden, size) => [
    { hidden, input: { toeplitzLike: rank }, recurrent: { sharedLowRank: size } },
    { hidden, recurrent: { sharedLowRank: size } },
  ];

export const dense: Contender = {
  name: 'dense',
  role: 'the baseline',
  seeds: 5,
  layers: (hidden) => twice({ hidden }),
};

/** At least three quarters fewer parameters than the baseline. */
export const quarterHybrid: Contender = {
  name: 'hybrid',
  role: 'a Toeplitz-like matrix at the bottom, shared low-rank factors above it',
  seeds: 5,
  layers: hybrid(RANK),
  parameters: { atMost: 0.25 },
};

export const narrowDense: Contender = {
  name: 'narrow-dense',
  role: 'the control: a narrower dense LSTM with as many parameters as the hybrid',
  seeds: 5,
  layers: (_, hidden) => twice({ hidden }),
  parameters: { like: 'hybrid' },
};

/** The comparison of the paper on spoken queries: voices and sentences held out. */
export const spokenQueries: Experiment = {
  name: 'spoken-queries',
  question:
    'Do structured matrices at the bottom of an LSTM and shared low-rank factors on top keep its accuracy with a quarter of its parameters, and better than a narrower dense LSTM of that size does?',
  corpus: 'queries-comparison',
  corpusSeed: 1,
  bands: DEFAULT_BANDS,
  testSets: ['test', 'flite'],
  judge: 'wer',
  settings: { training: { epochs: 8 } },
  width: { candidates: [80, 160], improvement: 0.003 },
  search: { learningRates: [0.002, 0.004, 0.008], seed: 101, length: 0.5 },
  models: [
    dense,
    quarterHybrid,
    narrowDense,
    {
      name: 'low-rank',
      role: 'every matrix a product of low rank',
      seeds: 3,
      layers: (hidden, size) => twice({ hidden, input: { lowRank: size }, recurrent: { lowRank: size } }),
      parameters: { like: 'hybrid' },
    },
    {
      name: 'shared-low-rank',
      role: "each layer's recurrence and the next layer's input share a projection",
      seeds: 3,
      layers: sharedLowRank,
      parameters: { like: 'hybrid' },
    },
    {
      name: 'toeplitz-like',
      role: 'every matrix Toeplitz-like',
      seeds: 3,
      layers: (hidden, size) =>
        twice({ hidden, input: { toeplitzLike: size }, recurrent: { toeplitzLike: size } }),
      parameters: { like: 'hybrid' },
    },
    {
      name: 'hashed',
      role: "every matrix's entries share a few values by a hash",
      seeds: 3,
      layers: hashed,
      parameters: { like: 'hybrid' },
    },
    {
      name: 'hybrid-upside-down',
      role: 'shared low-rank at the bottom, Toeplitz-like on top',
      seeds: 3,
      layers: (hidden, size) => [
        { hidden, input: { lowRank: size }, recurrent: { sharedLowRank: size } },
        { hidden, input: { toeplitzLike: RANK }, recurrent: { toeplitzLike: RANK } },
      ],
      parameters: { like: 'hybrid' },
    },
    {
      name: 'dense-compressed',
      role: 'the trained baseline factorised into shared low-rank (Prabhavalkar et al. 2016) and trained on',
      seeds: 3,
      layers: sharedLowRank,
      parameters: { like: 'hybrid' },
      start: { from: 'dense', epochs: 5, learningRates: [0.0005, 0.001, 0.002] },
    },
    {
      name: 'hybrid-tenth',
      role: 'the hybrid with a tenth of the parameters',
      seeds: 3,
      layers: hybrid(RANK / 2),
      parameters: { atMost: 0.1 },
    },
    {
      name: 'double-dense',
      role: 'twice as wide as the baseline: what a baseline that costs four times as much would gain',
      seeds: 1,
      layers: (hidden) => twice({ hidden: 2 * hidden }),
    },
  ],
  claims: [
    { model: 'hybrid', fewer: 0.75, moreWer: 0.003 },
    { model: 'hybrid-tenth', fewer: 0.9, moreWer: 0.003 },
  ],
  pairs: [
    ['hybrid', 'narrow-dense'],
    ['hybrid', 'hybrid-upside-down'],
  ],
  speechHours: 3.6,
};
