import { spectrumSize, transformWorkspaceSize, twiddles } from '../../../kernels/fft/layout.ts';
import { spectrum } from '../../../kernels/fft/reference.ts';
import { interleaveSpectra, spectralLanes } from '../../../kernels/spectralMatvec/layout.ts';
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

/**
 * Multiply-accumulates that take as long as the product: transforms of n points in four lanes, 5 n log₂ n operations each
 * a lane, one of the input and one of every four blocks; for Toeplitz-like matrices two more a term.
 */
export function spectralWork(term: SpectralTerm, shape: Shape): number {
  const [blocks, n] = [shape[0], shape[shape.length - 1]];
  const terms = term.kind === 'circulant' ? 0 : shape[2];
  const transforms = 1 + Math.ceil(blocks / spectralLanes) * (1 + 2 * terms);
  return transforms * 2.5 * spectralLanes * n * Math.log2(Math.max(n, 2));
}

/** A product by transforms of one vector, with the spectra of its generators computed once, in float64. */
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
  const plain = spectraOf(values, n, { scale: 1 / n, twisted, reversed: 0 });
  const spectra = memory.weights(interleaveSpectra(plain, blocks, 1, n));
  return {
    outSize: blocks * rows,
    instructions: (x, y, accumulate) => [
      () =>
        kernels.circulantMatvec(n, blocks, twisted, twiddles, spectra, x, cols, y, rows, accumulate, work),
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
  const gPlain = spectraOf(g, n, { scale: 0.5 / n, twisted: 0, reversed: 0 });
  const hPlain = spectraOf(h, n, { scale: 1 / n, twisted: 1, reversed: 1 });
  const [gSpectra, hSpectra] = [gPlain, hPlain].map((plain) =>
    memory.weights(interleaveSpectra(plain, blocks, rank, n)),
  );
  return {
    outSize: blocks * rows,
    instructions: (x, y, accumulate) => [
      () =>
        kernels.toeplitzLikeMatvec(
          n,
          blocks,
          rank,
          twiddles,
          gSpectra,
          hSpectra,
          x,
          cols,
          y,
          rows,
          accumulate,
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
