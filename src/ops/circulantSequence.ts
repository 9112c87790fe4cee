import { circulantSavedSize } from '../../kernels/fft/layout.ts';
import type { OpContext } from '../autograd/op.ts';
import type { RawBuffer } from '../backends/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ProductTerm, SequenceTerm } from './sequenceProduct.ts';
import { type Transforms, transformsOf } from './spectral.ts';

/**
 * Circulant or skew-circulant blocks applied by fast Fourier transforms, the input's shared by all blocks. The gradient of
 * the weights is summed in the frequency domain over batch and time, and transformed back once.
 */
export class CirculantSequence implements SequenceTerm {
  readonly saved: readonly Tensor[];
  readonly #context: OpContext;
  readonly #term: Extract<ProductTerm, { kind: 'circulant' }>;
  readonly #v: Tensor;
  readonly #batch: number;
  readonly #transforms: Transforms;
  readonly #spectra: RawBuffer;
  readonly #dSpectra: RawBuffer | null;

  /** v [blocks, n]; `saved` as the forward pass left it, for the backward pass. */
  constructor(
    context: OpContext,
    term: Extract<ProductTerm, { kind: 'circulant' }>,
    v: Tensor,
    time: number,
    batch: number,
    saved?: readonly Tensor[],
  ) {
    const [blocks, n] = v.shape;
    this.#context = context;
    this.#term = term;
    this.#v = v;
    this.#batch = batch;
    this.#transforms = transformsOf(context, n);
    this.#spectra = context.buffer(context.allocate([blocks, n, 2]));
    this.#dSpectra = saved === undefined ? null : context.buffer(context.zeros([blocks, n, 2]));
    this.saved = saved ?? [context.allocate([time, circulantSavedSize(batch, n)])];
    const { twiddles, work } = this.#transforms;
    const skew = term.skew ? 1 : 0;
    context.kernels.spectrum(blocks, n, twiddles, context.buffer(v), this.#spectra, 1 / n, skew, 0, work);
  }

  forward(step: number, x: RawBuffer, y: RawBuffer, accumulate: boolean): void {
    const [blocks, n] = this.#v.shape;
    const { rows, cols, skew } = this.#term;
    const { twiddles, work } = this.#transforms;
    const spectral = [this.#batch, n, blocks, skew ? 1 : 0, twiddles, this.#spectra] as const;
    const output = [y, blocks * rows, rows, accumulate ? 1 : 0] as const;
    this.#context.kernels.circulantProduct(
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
    const [blocks, n] = this.#v.shape;
    const { rows, cols, skew } = this.#term;
    const { twiddles, work } = this.#transforms;
    const { kernels } = this.#context;
    if (!accumulate) kernels.fill(dx, this.#batch * cols, 0);
    const spectral = [
      this.#batch,
      n,
      blocks,
      skew ? 1 : 0,
      twiddles,
      this.#spectra,
      this.#savedAt(step),
    ] as const;
    kernels.circulantProductGrad(...spectral, dy, blocks * rows, rows, dx, cols, cols, this.#dSpectra!, work);
  }

  weightGrads(): readonly Tensor[] {
    const [blocks, n] = this.#v.shape;
    const { twiddles, work } = this.#transforms;
    const dv = this.#context.allocate(this.#v.shape);
    const skew = this.#term.skew ? 1 : 0;
    const { kernels } = this.#context;
    kernels.spectrumGrad(
      blocks,
      n,
      twiddles,
      this.#dSpectra!,
      this.#context.buffer(dv),
      1 / n,
      skew,
      0,
      work,
    );
    return [dv];
  }

  #savedAt(step: number): RawBuffer {
    const [saved] = this.saved;
    return this.#context.at(this.#context.buffer(saved), step * saved.shape[1]);
  }
}
