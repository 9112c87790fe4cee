import { toeplitzLikeSavedSize } from '../../kernels/fft/layout.ts';
import type { OpContext } from '../autograd/op.ts';
import type { RawBuffer } from '../backends/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ProductTerm, SequenceTerm } from './sequenceProduct.ts';
import { type Transforms, transformsOf } from './spectral.ts';

/**
 * Toeplitz-like blocks ½ Σ Z₁(g) Z₋₁(J h) applied by fast Fourier transforms: one of the input, shared by all blocks, and
 * 2r + 1 for each block. The gradient of the generators is summed in the frequency domain over batch and time.
 */
export class ToeplitzLikeSequence implements SequenceTerm {
  readonly saved: readonly Tensor[];
  readonly #context: OpContext;
  readonly #term: Extract<ProductTerm, { kind: 'toeplitzLike' }>;
  readonly #generators: Tensor;
  readonly #batch: number;
  readonly #transforms: Transforms;
  readonly #gSpectra: RawBuffer;
  readonly #hSpectra: RawBuffer;
  readonly #dSpectra: { readonly g: RawBuffer; readonly h: RawBuffer } | null;

  /** generators [blocks, 2, r, n]: for each block the g and then the h; `saved` for the backward pass. */
  constructor(
    context: OpContext,
    term: Extract<ProductTerm, { kind: 'toeplitzLike' }>,
    generators: Tensor,
    time: number,
    batch: number,
    saved?: readonly Tensor[],
  ) {
    const [blocks, , rank, n] = generators.shape;
    const room = (make: 'allocate' | 'zeros') => context.buffer(context[make]([blocks, rank, n, 2]));
    this.#context = context;
    this.#term = term;
    this.#generators = generators;
    this.#batch = batch;
    this.#transforms = transformsOf(context, n);
    this.#gSpectra = room('allocate');
    this.#hSpectra = room('allocate');
    this.#dSpectra = saved === undefined ? null : { g: room('zeros'), h: room('zeros') };
    this.saved = saved ?? [context.allocate([time, toeplitzLikeSavedSize(batch, n, blocks, rank)])];
    const { twiddles, work } = this.#transforms;
    const { kernels } = context;
    this.#eachBlock((block, g, h) => {
      const at = (spectra: RawBuffer) => context.at(spectra, block * rank * n * 2);
      const values = context.buffer(generators);
      kernels.spectrum(rank, n, twiddles, context.at(values, g), at(this.#gSpectra), 0.5 / n, 0, 0, work);
      kernels.spectrum(rank, n, twiddles, context.at(values, h), at(this.#hSpectra), 1 / n, 1, 1, work);
    });
  }

  forward(step: number, x: RawBuffer, y: RawBuffer, accumulate: boolean): void {
    const [blocks, , rank, n] = this.#generators.shape;
    const { rows, cols } = this.#term;
    const { twiddles, work } = this.#transforms;
    const spectral = [this.#batch, n, blocks, rank, twiddles, this.#gSpectra, this.#hSpectra] as const;
    const output = [y, blocks * rows, rows, accumulate ? 1 : 0] as const;
    this.#context.kernels.toeplitzLikeProduct(
      ...spectral,
      x,
      cols,
      cols,
      ...output,
      this.#savedAt(step),
      1,
      work,
    );
  }

  backward(step: number, dy: RawBuffer, dx: RawBuffer, accumulate: boolean): void {
    const [blocks, , rank, n] = this.#generators.shape;
    const { rows, cols } = this.#term;
    const { twiddles, work } = this.#transforms;
    const { kernels } = this.#context;
    if (!accumulate) kernels.fill(dx, this.#batch * cols, 0);
    const spectral = [this.#batch, n, blocks, rank, twiddles, this.#gSpectra, this.#hSpectra] as const;
    const rest = [
      dy,
      blocks * rows,
      rows,
      dx,
      cols,
      cols,
      this.#dSpectra!.g,
      this.#dSpectra!.h,
      work,
    ] as const;
    kernels.toeplitzLikeProductGrad(...spectral, this.#savedAt(step), ...rest);
  }

  weightGrads(): readonly Tensor[] {
    const [, , rank, n] = this.#generators.shape;
    const { twiddles, work } = this.#transforms;
    const context = this.#context;
    const grad = context.allocate(this.#generators.shape);
    this.#eachBlock((block, g, h) => {
      const at = (spectra: RawBuffer) => context.at(spectra, block * rank * n * 2);
      const into = (offset: number) => context.at(context.buffer(grad), offset);
      context.kernels.spectrumGrad(rank, n, twiddles, at(this.#dSpectra!.g), into(g), 0.5 / n, 0, 0, work);
      context.kernels.spectrumGrad(rank, n, twiddles, at(this.#dSpectra!.h), into(h), 1 / n, 1, 1, work);
    });
    return [grad];
  }

  /** Where the g and the h of each block begin among the generators. */
  #eachBlock(visit: (block: number, g: number, h: number) => void): void {
    const [blocks, , rank, n] = this.#generators.shape;
    for (let block = 0; block < blocks; block++)
      visit(block, 2 * block * rank * n, (2 * block + 1) * rank * n);
  }

  #savedAt(step: number): RawBuffer {
    const [saved] = this.saved;
    return this.#context.at(this.#context.buffer(saved), step * saved.shape[1]);
  }
}
