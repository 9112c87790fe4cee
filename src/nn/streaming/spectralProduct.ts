import { spectrumSize, transformWorkspaceSize, twiddles } from '../../../kernels/fft/layout.ts';
import { spectrum } from '../../../kernels/fft/reference.ts';
import type { FloatArray } from '../../../kernels/types.ts';
import type { ProductTerm } from '../../ops/sequenceProduct.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Product } from './products.ts';
import type { StreamMemory } from './streamMemory.ts';

type SpectralTerm = Exclude<ProductTerm, { kind: 'factors' }>;
type TermOf<Kind extends SpectralTerm['kind']> = Extract<SpectralTerm, { kind: Kind }>;

/** The numbers that a structured matrix is made of. */
interface Generators {
  readonly shape: Shape;
  readonly values: FloatArray;
}

/** A product by transforms, with the spectra of its generators computed once, in float64. */
export const spectralProduct = (memory: StreamMemory, term: SpectralTerm, generators: Generators): Product =>
  term.kind === 'circulant'
    ? circulantProduct(memory, term, generators)
    : toeplitzLikeProduct(memory, term, generators);

/** v [blocks, n] */
function circulantProduct(
  memory: StreamMemory,
  { skew, rows, cols }: TermOf<'circulant'>,
  { shape: [blocks, n], values }: Generators,
): Product {
  const { kernels } = memory;
  const { twiddles, work } = memory.transforms(n);
  const twisted = skew ? 1 : 0;
  const spectra = memory.weights(spectraOf(values, n, { scale: 1 / n, twisted, reversed: 0 }));
  const outSize = blocks * rows;
  return {
    outSize,
    instructions: (x, y, accumulate) => [
      () =>
        kernels.circulantProduct(
          1,
          n,
          blocks,
          twisted,
          twiddles,
          spectra,
          x,
          cols,
          cols,
          y,
          outSize,
          rows,
          accumulate,
          work,
          0,
          work,
        ),
    ],
  };
}

/** generators [blocks, 2, r, n]: for each block the g and then the h. */
function toeplitzLikeProduct(
  memory: StreamMemory,
  { rows, cols }: TermOf<'toeplitzLike'>,
  { shape: [blocks, , rank, n], values }: Generators,
): Product {
  const { kernels } = memory;
  const { twiddles, work } = memory.transforms(n);
  const [g, h] = [0, 1].map((side) => {
    const own = new Float64Array(blocks * rank * n);
    for (let block = 0; block < blocks; block++) {
      const from = (2 * block + side) * rank * n;
      own.set(values.subarray(from, from + rank * n), block * rank * n);
    }
    return own;
  });
  const gSpectra = memory.weights(spectraOf(g, n, { scale: 0.5 / n, twisted: 0, reversed: 0 }));
  const hSpectra = memory.weights(spectraOf(h, n, { scale: 1 / n, twisted: 1, reversed: 1 }));
  const outSize = blocks * rows;
  return {
    outSize,
    instructions: (x, y, accumulate) => [
      () =>
        kernels.toeplitzLikeProduct(
          1,
          n,
          blocks,
          rank,
          twiddles,
          gSpectra,
          hSpectra,
          x,
          cols,
          cols,
          y,
          outSize,
          rows,
          accumulate,
          work,
          0,
          work,
        ),
    ],
  };
}

/** Spectra of rows [count, n], as the kernels take them: [count, n, 2]. */
function spectraOf(
  values: FloatArray,
  n: number,
  { scale, twisted, reversed }: { scale: number; twisted: 0 | 1; reversed: 0 | 1 },
): Float64Array {
  const count = values.length / n;
  const spectra = new Float64Array(count * spectrumSize(n));
  const work = new Float64Array(transformWorkspaceSize(n));
  spectrum(count, n, twiddles(n), Float64Array.from(values), spectra, scale, twisted, reversed, work);
  return spectra;
}
