import { circulantSavedSize, toeplitzLikeSavedSize } from '../../kernels/fft/layout.ts';
import type { OpContext } from '../autograd/op.ts';
import type { Kernels, RawBuffer } from '../backends/index.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ProductTerm, SequenceTerm } from './sequenceProduct.ts';
import { type Transforms, transformsOf } from './spectral.ts';

export type SpectralTerm = Exclude<ProductTerm, { kind: 'factors' }>;

/**
 * Structured blocks applied by fast Fourier transforms, the input's shared by all blocks. The gradient of the weights is
 * summed in the frequency domain over batch and time, and transformed back once.
 */
export class SpectralSequence implements SequenceTerm {
  readonly saved: readonly Tensor[];
  readonly #context: OpContext;
  readonly #term: SpectralTerm;
  readonly #form: SpectralForm;
  readonly #weights: Tensor;
  readonly #batch: number;
  readonly #transforms: Transforms;
  readonly #spectra: readonly RawBuffer[];
  readonly #dSpectra: readonly RawBuffer[];

  /** `weights` of the shape that the kind of term says; `saved` as the forward pass left it, for the backward pass. */
  constructor(
    context: OpContext,
    term: SpectralTerm,
    weights: Tensor,
    time: number,
    batch: number,
    saved?: readonly Tensor[],
  ) {
    const form =
      term.kind === 'circulant' ? circulant(weights.shape, term.skew) : toeplitzLike(weights.shape);
    const { n, groups } = form;
    const sizes = groups.map(({ rows, runs }) => [rows * runs, n, 2]);
    this.#context = context;
    this.#term = term;
    this.#form = form;
    this.#weights = weights;
    this.#batch = batch;
    this.#transforms = transformsOf(context, n);
    this.#spectra = sizes.map((size) => context.buffer(context.allocate(size)));
    this.#dSpectra = saved === undefined ? [] : sizes.map((size) => context.buffer(context.zeros(size)));
    this.saved = saved ?? [context.allocate([time, form.savedSize(batch)])];
    this.#eachRun(weights, this.#spectra, 'spectrum');
  }

  forward(step: number, x: RawBuffer, y: RawBuffer, accumulate: boolean): void {
    const { rows, cols } = this.#term;
    const { twiddles, work } = this.#transforms;
    const { blocks, product } = this.#form;
    const rowsOfXAndY = [x, cols, cols, y, blocks * rows, rows, accumulate ? 1 : 0] as const;
    const rest = [...rowsOfXAndY, this.#savedAt(step), 1, work] as const;
    product(this.#context.kernels, this.#batch, twiddles, this.#spectra, rest);
  }

  backward(step: number, dy: RawBuffer, dx: RawBuffer, accumulate: boolean): void {
    const { rows, cols } = this.#term;
    const { twiddles, work } = this.#transforms;
    const { blocks, gradient } = this.#form;
    const { kernels } = this.#context;
    if (!accumulate) kernels.fill(dx, this.#batch * cols, 0);
    const given = [this.#savedAt(step), dy, blocks * rows, rows, dx, cols, cols] as const;
    gradient(kernels, this.#batch, twiddles, this.#spectra, given, this.#dSpectra, work);
  }

  weightGrads(): readonly Tensor[] {
    const grad = this.#context.allocate(this.#weights.shape);
    this.#eachRun(grad, this.#dSpectra, 'spectrumGrad');
    return [grad];
  }

  /** Transforms rows of n values into spectra, or the gradients of these back. */
  #eachRun(values: Tensor, spectra: readonly RawBuffer[], kernel: 'spectrum' | 'spectrumGrad'): void {
    const context = this.#context;
    const { twiddles, work } = this.#transforms;
    const { n, groups } = this.#form;
    const buffer = context.buffer(values);
    groups.forEach(({ first, rows, runs, scale, skew, reversed }, i) => {
      const every = values.size / n / runs;
      for (let run = 0; run < runs; run++) {
        const own = context.at(buffer, (first + run * every) * n);
        const spectrum = context.at(spectra[i], run * rows * n * 2);
        const [from, to] = kernel === 'spectrum' ? [own, spectrum] : [spectrum, own];
        context.kernels[kernel](rows, n, twiddles, from, to, scale, skew, reversed, work);
      }
    });
  }

  #savedAt(step: number): RawBuffer {
    const [saved] = this.saved;
    return this.#context.at(this.#context.buffer(saved), step * saved.shape[1]);
  }
}

/** What the kernels of one kind of term take. */
interface SpectralForm {
  readonly n: number;
  readonly blocks: number;
  /** The weights are rows of n values, of which each group has its spectra in a buffer of its own. */
  readonly groups: readonly Group[];
  savedSize(batch: number): number;
  product(
    kernels: Kernels,
    batch: number,
    twiddles: RawBuffer,
    spectra: readonly RawBuffer[],
    rest: ProductArguments,
  ): void;
  gradient(
    kernels: Kernels,
    batch: number,
    twiddles: RawBuffer,
    spectra: readonly RawBuffer[],
    given: GradientArguments,
    dSpectra: readonly RawBuffer[],
    work: RawBuffer,
  ): void;
}

/** x, its stride and columns, y, its stride and rows, whether to add to it, room to keep what is saved, and to work. */
type ProductArguments = readonly [
  RawBuffer,
  number,
  number,
  RawBuffer,
  number,
  number,
  number,
  RawBuffer,
  number,
  RawBuffer,
];
/** What was saved, dy, its stride and rows, dx, its stride and columns. */
type GradientArguments = readonly [RawBuffer, RawBuffer, number, number, RawBuffer, number, number];

/** Runs of `rows` rows each, equally far apart, and how their spectra are made (see the kernel `spectrum`). */
interface Group {
  readonly first: number;
  readonly rows: number;
  readonly runs: number;
  readonly scale: number;
  readonly skew: 0 | 1;
  readonly reversed: 0 | 1;
}

/** Z_f(v), f = 1 or −1 (skew), for v [blocks, n]: a transform of the input, and one for each block. */
function circulant([blocks, n]: Shape, isSkew: boolean): SpectralForm {
  const skew = isSkew ? 1 : 0;
  return {
    n,
    blocks,
    groups: [{ first: 0, rows: blocks, runs: 1, scale: 1 / n, skew, reversed: 0 }],
    savedSize: (batch) => circulantSavedSize(batch, n),
    product: (kernels, batch, twiddles, [v], rest) =>
      kernels.circulantProduct(batch, n, blocks, skew, twiddles, v, ...rest),
    gradient: (kernels, batch, twiddles, [v], given, [dv], work) =>
      kernels.circulantProductGrad(batch, n, blocks, skew, twiddles, v, ...given, dv, work),
  };
}

/** ½ Σ Z₁(g) Z₋₁(J h) for generators [blocks, 2, rank, n]: a transform of the input, and 2 rank + 1 for each block. */
function toeplitzLike([blocks, , rank, n]: Shape): SpectralForm {
  return {
    n,
    blocks,
    groups: [
      { first: 0, rows: rank, runs: blocks, scale: 0.5 / n, skew: 0, reversed: 0 },
      { first: rank, rows: rank, runs: blocks, scale: 1 / n, skew: 1, reversed: 1 },
    ],
    savedSize: (batch) => toeplitzLikeSavedSize(batch, n, blocks, rank),
    product: (kernels, batch, twiddles, [g, h], rest) =>
      kernels.toeplitzLikeProduct(batch, n, blocks, rank, twiddles, g, h, ...rest),
    gradient: (kernels, batch, twiddles, [g, h], given, [dg, dh], work) =>
      kernels.toeplitzLikeProductGrad(batch, n, blocks, rank, twiddles, g, h, ...given, dg, dh, work),
  };
}
