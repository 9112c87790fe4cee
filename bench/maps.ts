import {
  circulantSavedSize,
  spectrumSize,
  toeplitzLikeSavedSize,
  transformWorkspaceSize,
  twiddles,
} from '../kernels/fft/layout.ts';
import { packedSize } from '../kernels/matmul/layout.ts';
import { type Argument, eachBuild, measure, values } from './timing.ts';

/** Times the products of structured maps beside the dense one of the same size, each after a check against its reference. */
export async function benchMaps(): Promise<void> {
  await eachBuild((module) => {
    for (const batch of [64, 16]) {
      console.log(`\nproducts of ${batch} rows; with the gradients of input and weights after the +`);
      for (const n of [64, 128, 256, 500, 512, 1024]) {
        for (const line of structured(module, batch, n)) console.log(line);
      }
    }
  });
}

/**
 * Times of structured n×n products beside the dense ones, and how many times the dense takes as long: forward, and
 * forward with both gradients, where the dense input gradient is a product like the forward one.
 */
function structured(module: WebAssembly.Module, batch: number, n: number): string[] {
  const time = (kernel: string, args: Argument[]) =>
    measure(module, { label: `${kernel} n=${n}`, kernel, args }).median;
  const [x, y, weights] = [values(batch * n, 1), values(batch * n, 2), values(packedSize(n, n), 3)];
  const table = Float32Array.from(twiddles(n));
  const work = new Float32Array(transformWorkspaceSize(n));
  const [input, output] = [[x, n, n] as const, [y, n, n] as const];
  const line = (label: string, forward: number, both: number, dense?: { forward: number; both: number }) => {
    const [a, b] = [forward, both].map((milliseconds) => (milliseconds * 1000).toFixed(1).padStart(9));
    const ratios = dense
      ? `   ${(dense.forward / forward).toFixed(1)}×, + ${(dense.both / both).toFixed(1)}×`
      : '';
    return `${label.padEnd(24)}${a} µs, + ${b} µs${ratios}`;
  };

  const forward = time('matmulPacked', [batch, n, n, x, n, 1, weights, y, n, 0]);
  const dense = {
    forward,
    both: 2 * forward + time('matmul', [n, n, batch, y, 1, n, x, n, 1, weights, n, 1]),
  };
  const lines = [line(`dense ${n}`, dense.forward, dense.both)];
  {
    const spectra = () => values(spectrumSize(n), 4).map((v) => v / n);
    const saved = values(circulantSavedSize(batch, n), 5);
    const product = time('circulantProduct', [
      ...[batch, n, 1, 0, table, spectra(), ...input, ...output],
      ...[0, saved, 1, work],
    ]);
    const gradient = time('circulantProductGrad', [
      ...[batch, n, 1, 0, table, spectra(), saved, ...output, ...input],
      ...[spectra(), work],
    ]);
    lines.push(line(`circulant ${n}`, product, product + gradient, dense));
  }
  for (const rank of [1, 2, 4, 8]) {
    const spectra = () => values(rank * spectrumSize(n), 6).map((v) => v / n);
    const saved = values(toeplitzLikeSavedSize(batch, n, 1, rank), 7);
    const product = time('toeplitzLikeProduct', [
      ...[batch, n, 1, rank, table, spectra(), spectra(), ...input, ...output],
      ...[0, saved, 1, work],
    ]);
    const gradient = time('toeplitzLikeProductGrad', [
      ...[batch, n, 1, rank, table, spectra(), spectra(), saved, ...output, ...input],
      ...[spectra(), spectra(), work],
    ]);
    lines.push(line(`toeplitzLike(${rank}) ${n}`, product, product + gradient, dense));
  }
  return lines;
}
