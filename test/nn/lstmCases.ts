import fc from 'fast-check';
import {
  add,
  type LstmInputs,
  multiply,
  sum,
  type Tensor,
  type Tensors,
  type ValueAndGrad,
  valueAndGrad,
} from '../../src/index.ts';
import { filled } from '../testing/values.ts';

/** Sizes of an LSTM, and which tensors it is made of. */
export interface LstmCase {
  readonly seed: number;
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  /** Inner sizes of the factors of U: one fewer than there are factors. */
  readonly recurrentRanks: readonly number[];
  /** Null without projection; otherwise its width, and the inner sizes of its factors. */
  readonly projection: { readonly width: number; readonly ranks: readonly number[] } | null;
  readonly lengths: readonly number[] | undefined;
}

/** Random LSTMs, with sizes up to `largest`. */
export function lstmCases(largest: { time: number; batch: number; hidden: number }): fc.Arbitrary<LstmCase> {
  const upTo = (max: number) => fc.integer({ min: 1, max });
  const ranks = fc.array(upTo(largest.hidden), { maxLength: 2 });
  return fc.record({ time: upTo(largest.time), batch: upTo(largest.batch) }).chain(({ time, batch }) =>
    fc.record({
      seed: fc.nat(),
      time: fc.constant(time),
      batch: fc.constant(batch),
      hidden: upTo(largest.hidden),
      recurrentRanks: ranks,
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

/** All tensors of a case, in float64. */
export function tensorsOf(lstm: LstmCase): Tensors {
  const { seed, time, batch, hidden, projection } = lstm;
  const width = projection?.width ?? hidden;
  const chain = (name: string, sizes: readonly number[]): [string, Tensor][] =>
    sizes.slice(1).map((size, i) => {
      const factor = filled(seed, `${name}${i}`, [size, sizes[i]]);
      // Of gain 1, as initial values are: larger ones make the network chaotic, and rounding grows with it.
      return [`${name}${i}`, multiply(factor, Math.sqrt(3 / sizes[i]))];
    });
  return Object.fromEntries([
    ['gates', filled(seed, 'gates', [time, batch, 4 * hidden])],
    ['bias', filled(seed, 'bias', [4 * hidden])],
    ['h0', filled(seed, 'h0', [batch, width])],
    ['c0', filled(seed, 'c0', [batch, hidden])],
    ...chain('recurrent', [width, ...lstm.recurrentRanks, 4 * hidden]),
    ...(projection === null ? [] : chain('projection', [hidden, ...projection.ranks, width])),
  ]);
}

/** The tensors of a case as arguments of `lstmSequence`. */
export function inputsOf({ lengths }: Pick<LstmCase, 'lengths'>, tensors: Tensors): LstmInputs {
  const factors = (name: string) =>
    Object.keys(tensors)
      .filter((key) => key.startsWith(name))
      .map((key) => tensors[key]);
  const { gates, bias, h0, c0 } = tensors;
  return { gates, bias, h0, c0, recurrent: factors('recurrent'), projection: factors('projection'), lengths };
}

/** A weighted sum of all that an LSTM gives, and its gradient by all that it takes. */
export function differentiate(
  run: (inputs: LstmInputs) => { h: Tensor; c: Tensor },
  lstm: LstmCase,
  tensors: Tensors,
): ValueAndGrad<Tensors> {
  const home = { dtype: tensors.gates.dtype, backend: tensors.gates.backend };
  return valueAndGrad((own: Tensors) => {
    const { h, c } = run(inputsOf(lstm, own));
    const weights = { h: filled(lstm.seed, 'wh', h.shape, home), c: filled(lstm.seed, 'wc', c.shape, home) };
    return add(sum(multiply(h, weights.h)), sum(multiply(c, weights.c)));
  })(tensors);
}
