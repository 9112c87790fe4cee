import { packedSize } from '../../kernels/matmul/layout.ts';
import * as kernels from '../../kernels/reference.ts';
import type { Bench } from '../bench.ts';
import { eachBuild, measure, values } from '../timing.ts';
import { ceiling } from './ceiling.ts';

/** Rows that W2's products have: all steps of a batch, one step, a stream. */
const rows = [256, 16, 1];
const [k, n] = [256, 1024];

/** Products with packed weights beside the ceiling of 128-bit instructions, which is measured in between. */
export async function benchMatmul({ say, figure }: Bench): Promise<void> {
  await eachBuild((module, build) => {
    const panels = new Float32Array(packedSize(k, n));
    kernels.packPanels(k, n, values(k * n, 2), n, 1, panels);
    for (const m of rows) {
      const args = [m, n, k, values(m * k, 1), k, 1, panels, new Float32Array(m * n), n, 0];
      const top = ceiling(build === 'relaxed');
      const { best } = measure(module, { label: `matmulPacked of ${m} rows`, kernel: 'matmulPacked', args });
      const rate = (2 * m * n * k) / best / 1e6;
      const share = rate / Math.max(top, ceiling(build === 'relaxed'));
      say(`${`${m}×${k}×${n}`.padEnd(16)}${rate.toFixed(1)} GFLOP/s, ${share.toFixed(2)} of the ceiling`);
      figure({ build, name: `${m}×${k}×${n}`, value: rate, unit: 'GFLOP/s' });
      figure({ build, name: `${m}×${k}×${n} over the ceiling`, value: share, unit: '' });
    }
  });
}
