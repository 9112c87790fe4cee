import { transformWorkspaceSize, twiddles } from '../../kernels/fft/layout.ts';
import type { OpContext } from '../autograd/op.ts';
import type { RawBuffer } from '../backends/index.ts';

/** What every kernel with transforms of n points needs: their constants, and room to work in. */
export interface Transforms {
  readonly twiddles: RawBuffer;
  readonly work: RawBuffer;
}

/** The constants of transforms of n points, and work space that is freed with the scope; n must be 2ᵃ3ᵇ5ᶜ. */
export function transformsOf(context: OpContext, n: number): Transforms {
  let table = tables.get(n);
  if (table === undefined) {
    table = twiddles(n);
    tables.set(n, table);
  }
  return {
    twiddles: context.backend.upload(table),
    work: context.buffer(context.allocate([transformWorkspaceSize(n)])),
  };
}

const tables = new Map<number, Float64Array>();
