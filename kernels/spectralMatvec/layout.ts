/** Matrices that are applied at once: one in each SIMD lane. */
export const spectralLanes = 4;

/**
 * Spectra [blocks, terms, n, 2], as `spectrum` makes them, in the order in which the products with one vector read them:
 * [⌈blocks / 4⌉, terms, n, 2, 4], at each point the real parts of four blocks and then the imaginary ones, zeros where a
 * block is missing.
 */
export function interleaveSpectra(
  spectra: Float64Array,
  blocks: number,
  terms: number,
  n: number,
): Float64Array {
  const groups = Math.ceil(blocks / spectralLanes);
  const interleaved = new Float64Array(groups * terms * n * 2 * spectralLanes);
  for (let block = 0; block < blocks; block++) {
    const [group, lane] = [Math.floor(block / spectralLanes), block % spectralLanes];
    for (let i = 0; i < terms * n * 2; i++) {
      interleaved[(group * terms * n * 2 + i) * spectralLanes + lane] = spectra[block * terms * n * 2 + i];
    }
  }
  return interleaved;
}
