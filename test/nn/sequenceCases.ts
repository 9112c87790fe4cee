import fc from 'fast-check';
import {
  add,
  concat,
  gruResetBeforeSequence,
  gruResetBeforeSteps,
  gruSequence,
  gruSteps,
  lstmSequence,
  lstmSteps,
  matmul,
  multiply,
  reshape,
  rnnSequence,
  rnnSteps,
  type Shape,
  slice,
  sum,
  type Tensor,
  type Tensors,
  type ValueAndGrad,
  valueAndGrad,
} from '../../src/index.ts';
import { filled } from '../testing/values.ts';

/** Sizes of a recurrent layer, and which tensors it is made of. */
export interface SequenceCase {
  readonly seed: number;
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  /** Inner sizes of the factors of U: one fewer than there are factors. */
  readonly ranks: readonly number[];
  /** The same of U_n, in a GRU that resets before its product. */
  readonly candidateRanks: readonly number[];
  /** Null without projection; otherwise its width, and the inner sizes of its factors. For LSTMs. */
  readonly projection: { readonly width: number; readonly ranks: readonly number[] } | null;
  readonly lengths: readonly number[] | undefined;
}

type Run = (tensors: Tensors, lengths?: readonly number[]) => Tensors;

/** A cell over time, as a fused op and as its definition. Both give their states, h and maybe c, [T, B, ·]. */
export interface Cell {
  /** How many gates stand beside each other in the input. */
  readonly gates: number;
  tensorsOf(sizes: SequenceCase): Tensors;
  readonly fused: Run;
  readonly steps: Run;
  /** The distance from 0 of what is nearest to a kink. */
  readonly kink?: (tensors: Tensors, lengths?: readonly number[]) => number;
}

const lstm = (seesCell: boolean): Cell => ({
  gates: 4,
  tensorsOf(sizes) {
    const { seed, batch, hidden, projection } = sizes;
    const width = projection?.width ?? hidden;
    return {
      ...common(sizes, 4, width),
      c0: filled(seed, 'c0', [batch, hidden]),
      ...(seesCell ? { peepholes: filled(seed, 'peepholes', [3 * hidden]) } : {}),
      ...chain(seed, 'U', [width, ...sizes.ranks, 4 * hidden]),
      ...(projection === null ? {} : chain(seed, 'P', [hidden, ...projection.ranks, width])),
    };
  },
  fused: (tensors, lengths) => ({ ...lstmSequence(lstmInputs(tensors, lengths)) }),
  steps: (tensors, lengths) => ({ ...lstmSteps(lstmInputs(tensors, lengths)) }),
});

function rnn(activation: 'tanh' | 'relu'): Cell {
  const inputsOf = ({ gates, bias, h0, ...rest }: Tensors, lengths?: readonly number[]) =>
    ({ gates, bias, h0, recurrent: factors(rest, 'U'), activation, lengths }) as const;
  return {
    gates: 1,
    tensorsOf: (sizes) => ({
      ...common(sizes, 1, sizes.hidden),
      ...chain(sizes.seed, 'U', [sizes.hidden, ...sizes.ranks, sizes.hidden]),
    }),
    fused: (tensors, lengths) => ({ h: rnnSequence(inputsOf(tensors, lengths)) }),
    steps: (tensors, lengths) => ({ h: rnnSteps(inputsOf(tensors, lengths)) }),
    kink(tensors, lengths) {
      if (activation === 'tanh') return Number.POSITIVE_INFINITY;
      const { gates, bias, h0 } = tensors;
      const [time, ...shape] = gates.shape;
      const h = rnnSteps(inputsOf(tensors, lengths));
      const before = concat([reshape(h0, [1, ...shape]), slice(h, [0], [time - 1])]);
      const recurrent = factors(tensors, 'U').reduce(
        (x, factor) => matmul(x, factor, { transposeB: true }),
        before,
      );
      return Math.min(...add(add(gates, recurrent), bias).dataSync().map(Math.abs));
    },
  };
}

const gru: Cell = {
  gates: 3,
  tensorsOf: (sizes) => ({
    ...common(sizes, 3, sizes.hidden),
    recurrentBias: filled(sizes.seed, 'recurrentBias', [sizes.hidden]),
    ...chain(sizes.seed, 'U', [sizes.hidden, ...sizes.ranks, 3 * sizes.hidden]),
  }),
  fused: (tensors, lengths) => ({ h: gruSequence(gruInputs(tensors, lengths)) }),
  steps: (tensors, lengths) => ({ h: gruSteps(gruInputs(tensors, lengths)) }),
};

const gruResetBefore: Cell = {
  gates: 3,
  tensorsOf: (sizes) => ({
    ...common(sizes, 3, sizes.hidden),
    ...chain(sizes.seed, 'U', [sizes.hidden, ...sizes.ranks, 2 * sizes.hidden]),
    ...chain(sizes.seed, 'N', [sizes.hidden, ...sizes.candidateRanks, sizes.hidden]),
  }),
  fused: (tensors, lengths) => ({ h: gruResetBeforeSequence(resetBeforeInputs(tensors, lengths)) }),
  steps: (tensors, lengths) => ({ h: gruResetBeforeSteps(resetBeforeInputs(tensors, lengths)) }),
};

/** Every fused sequence op. */
export const cells: Readonly<Record<string, Cell>> = {
  lstmSequence: lstm(false),
  'lstmSequence with peepholes': lstm(true),
  gruSequence: gru,
  gruResetBeforeSequence: gruResetBefore,
  'rnnSequence with tanh': rnn('tanh'),
  'rnnSequence with relu': rnn('relu'),
};

/** Random cases, with sizes up to `largest`. */
export function sequenceCases(largest: {
  time: number;
  batch: number;
  hidden: number;
}): fc.Arbitrary<SequenceCase> {
  const upTo = (max: number) => fc.integer({ min: 1, max });
  const ranks = fc.array(upTo(largest.hidden), { maxLength: 2 });
  return fc.record({ time: upTo(largest.time), batch: upTo(largest.batch) }).chain(({ time, batch }) =>
    fc.record({
      seed: fc.nat(),
      time: fc.constant(time),
      batch: fc.constant(batch),
      hidden: upTo(largest.hidden),
      ranks,
      candidateRanks: ranks,
      projection: fc.option(fc.record({ width: upTo(largest.hidden), ranks })),
      lengths: fc.option(
        fc.array(fc.oneof(fc.constantFrom(0, 1, time), fc.integer({ min: 0, max: time })), {
          minLength: batch,
          maxLength: batch,
        }),
        { nil: undefined },
      ),
    }),
  );
}

/** A weighted sum of all that a cell gives, and its gradient by all that it takes. */
export function differentiate(
  run: Run,
  { seed, lengths }: SequenceCase,
  tensors: Tensors,
): ValueAndGrad<Tensors> {
  const home = { dtype: tensors.gates.dtype, backend: tensors.gates.backend };
  return valueAndGrad((own: Tensors) =>
    Object.entries(run(own, lengths))
      .map(([name, state]) => sum(multiply(state, filled(seed, `weights of ${name}`, state.shape, home))))
      .reduce(add),
  )(tensors);
}

/** The arguments of `lstmSequence` among the tensors of a case. */
export function lstmInputs(
  { gates, bias, h0, c0, peepholes, ...rest }: Tensors,
  lengths?: readonly number[],
) {
  const [recurrent, projection] = [factors(rest, 'U'), factors(rest, 'P')];
  return { gates, bias, h0, c0, peepholes, recurrent, projection, lengths };
}

const gruInputs = ({ gates, bias, recurrentBias, h0, ...rest }: Tensors, lengths?: readonly number[]) => ({
  gates,
  bias,
  recurrentBias,
  h0,
  recurrent: factors(rest, 'U'),
  lengths,
});

const resetBeforeInputs = ({ gates, bias, h0, ...rest }: Tensors, lengths?: readonly number[]) => ({
  gates,
  bias,
  h0,
  recurrentGates: factors(rest, 'U'),
  candidate: factors(rest, 'N'),
  lengths,
});

const common = ({ seed, time, batch, hidden }: SequenceCase, gates: number, width: number) => ({
  gates: filled(seed, 'gates', [time, batch, gates * hidden]),
  bias: filled(seed, 'bias', [gates * hidden]),
  h0: filled(seed, 'h0', [batch, width]),
});

/** Factors from the first size to the last, named U0, U1, …, of gain 1 as initial values are: larger ones make a network chaotic, and rounding grows with it. */
const chain = (seed: number, name: string, sizes: Shape): Tensors =>
  Object.fromEntries(
    sizes.slice(1).map((size, i) => {
      const factor = filled(seed, `${name}${i}`, [size, sizes[i]]);
      return [`${name}${i}`, multiply(factor, Math.sqrt(3 / sizes[i]))];
    }),
  );

const factors = (tensors: Tensors, name: string): Tensor[] =>
  [0, 1, 2].map((i) => tensors[`${name}${i}`]).filter((factor) => factor !== undefined);
