import type { Tensors } from '../autograd/grad.ts';
import { applyMap, type LinearMap } from '../maps/linearMap.ts';
import type { Naming } from '../maps/naming.ts';
import { isSharedLowRank } from '../maps/sharedLowRank.ts';
import { lstmSequence } from '../ops/lstmSequence.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { zeros } from '../tensor/tensor.ts';

/** What one layer hands from step to step: h [B, P] and c [B, H]. */
export interface LstmState {
  readonly h: Tensor;
  readonly c: Tensor;
}

/** One LSTM layer over whole sequences. */
export interface LstmLayer {
  readonly name: string;
  /** The map from the layer's input to the four gates. */
  readonly input: LinearMap;
  /** The map from the recurrent state to the four gates. */
  readonly recurrent: LinearMap;
  readonly hiddenSize: number;
  /** Width of the state that the layer emits: its projection's, or the hidden size. */
  readonly outSize: number;
  /** x [T, B, I] → y [T, B, P] and the state after the last step. Throws InputError when shapes do not fit. */
  apply(
    parameters: Tensors,
    x: Tensor,
    state?: LstmState,
    lengths?: ArrayLike<number>,
  ): { y: Tensor; state: LstmState };
}

/**
 * A layer from its two maps. Where the recurrence is Z_h P with a shared projection P, the layer computes P h once in
 * each step and emits it, so that the next layer's input map is its own Z_x on it; otherwise it emits h.
 */
export function lstmLayer(name: string, input: LinearMap, recurrent: LinearMap, naming: Naming): LstmLayer {
  const hiddenSize = input.outSize / 4;
  naming.addMap(`${name}.input`, input);
  naming.addMap(`${name}.recurrent`, recurrent);
  // The forget gate begins open (Gers et al. 2000; Jozefowicz et al. 2015).
  const start = Array.from({ length: 4 * hiddenSize }, (_, i) =>
    i >= hiddenSize && i < 2 * hiddenSize ? 1 : 0,
  );
  naming.add(`${name}.bias`, { shape: [4 * hiddenSize], deviation: 0, start });

  const projection = isSharedLowRank(recurrent) ? recurrent.parts.projection : null;
  const outSize = projection?.outSize ?? hiddenSize;

  return {
    name,
    input,
    recurrent,
    hiddenSize,
    outSize,
    apply(parameters, x, state, lengths) {
      const [time, batch] = x.shape;
      const home = { dtype: x.dtype, backend: x.backend };
      const { h: h0, c: c0 } = state ?? {
        h: zeros([batch, outSize], home),
        c: zeros([batch, hiddenSize], home),
      };
      const gates = applyMap(input, naming.pick(input, parameters), x);
      const projectionFactors = projection?.factors(naming.pick(projection, parameters)) ?? [];
      const allFactors = recurrent.factors(naming.pick(recurrent, parameters));
      const { h, c } = lstmSequence({
        gates,
        bias: parameters[`${name}.bias`],
        h0,
        c0,
        // Z_h P is applied to the emitted P h: only Z_h is left for the recurrence.
        recurrent: allFactors.slice(projectionFactors.length),
        projection: projectionFactors,
        lengths,
      });
      const last = (sequence: Tensor) => reshape(slice(sequence, [time - 1], [1]), [batch, -1]);
      return { y: h, state: { h: last(h), c: last(c) } };
    },
  };
}
