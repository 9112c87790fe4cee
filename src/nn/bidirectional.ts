import { concat } from '../ops/concat.ts';
import { gather } from '../ops/gather.ts';
import { reshape } from '../ops/reshape.ts';
import { expectLengths } from '../ops/sequenceShapes.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { LayerState, RecurrentLayer } from './recurrentLayer.ts';

/**
 * Two layers side by side, the second of which reads every sequence from its end (Schuster & Paliwal 1997): y holds the
 * first's output and then the second's, each at its own time. States are named `forward.h`, `backward.h` and so on.
 */
export function bidirectional(
  name: string,
  forward: RecurrentLayer,
  backward: RecurrentLayer,
): RecurrentLayer {
  return {
    name,
    maps: { ...prefixed('forward', forward.maps), ...prefixed('backward', backward.maps) },
    plans: { ...prefixed('forward', forward.plans), ...prefixed('backward', backward.plans) },
    outSize: forward.outSize + backward.outSize,
    apply(parameters, x, state, lengths) {
      const ahead = forward.apply(parameters, x, state && part('forward', state), lengths);
      const mirrored = reversed(x, lengths);
      const back = backward.apply(parameters, mirrored, state && part('backward', state), lengths);
      return {
        y: concat([ahead.y, reversed(back.y, lengths)], 2),
        state: { ...prefixed('forward', ahead.state), ...prefixed('backward', back.state) },
      };
    },
  };
}

/** Every sequence of x [T, B, ·] from its last valid step to its first; what follows its end stays. Throws InputError for wrong lengths. */
export function reversed(x: Tensor, lengths?: ArrayLike<number>): Tensor {
  const [time, batch, width] = x.shape;
  expectLengths('reversed', lengths ?? null, time, batch);
  const rows = new Int32Array(time * batch);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++) {
      const length = lengths?.[b] ?? time;
      rows[t * batch + b] = (t < length ? length - 1 - t : t) * batch + b;
    }
  }
  return reshape(gather(reshape(x, [time * batch, width]), rows), x.shape);
}

const prefixed = <T>(prefix: string, values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));

const part = (prefix: string, state: LayerState): LayerState =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([key]) => key.startsWith(`${prefix}.`))
      .map(([key, value]) => [key.slice(prefix.length + 1), value]),
  );
