import { describe, expect, it } from 'vitest';
import { relativeError } from '../../../bench/gpu/registryCheck.ts';
import {
  type Backend,
  ctcLoss,
  random,
  scope,
  sum,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../../src/index.ts';
import { gpuBackend, modes } from './modes.ts';

/* The connectionist loss of long sequences against float64, however large the scores and however many paths are equal. */

const [time, batch, classes] = [200, 3, 6];
// One ends before the others, one has nothing but blanks.
const [frames, labelCounts] = [
  [time, time - 30, time],
  [40, 15, 0],
];

type Draw = (uniform: () => number) => number;

const logits: Record<string, Draw> = {
  'up to 1': (uniform) => 2 * uniform() - 1,
  'up to 30': (uniform) => 60 * uniform() - 30,
  'up to 1e4': (uniform) => 2e4 * uniform() - 1e4,
  'of -1e4, 0.3 or 1e4': (uniform) => [-1e4, 0.3, 1e4][Math.floor(3 * uniform())],
  'of 9999.9 alone': () => 9999.9,
  'of 1e4 and next to it': (uniform) => 1e4 - uniform(),
};

/** The losses and their gradient; in float64 on the reference unless a backend is given. */
function lossesAndGrad(draw: Draw, backend?: Backend) {
  const { next: uniform } = random(1, 'ctc');
  const values = Float32Array.from({ length: time * batch * classes }, () => draw(uniform));
  const labels = labelCounts.map((count) =>
    Array.from({ length: count }, () => 1 + Math.floor((classes - 1) * uniform())),
  );
  const home = backend === undefined ? { dtype: 'float64' as const } : { backend };
  return scope(() => {
    const x = tensor(values, [time, batch, classes], home);
    const { grads } = valueAndGrad(({ x }: Tensors) => sum(ctcLoss(x, labels, frames)))({ x });
    return { losses: ctcLoss(x, labels, frames), grad: grads.x };
  });
}

describe.each(modes)('on %s', (mode) => {
  it.each(Object.entries(logits).map(([name, draw]) => ({ name, draw })))(
    `is right over ${time} frames of logits $name`,
    async ({ draw }) => {
      const found = lossesAndGrad(draw, await gpuBackend(mode));
      const expected = lossesAndGrad(draw);
      expect(relativeError(await found.losses.data(), expected.losses.dataSync())).toBeLessThan(1e-5);
      expect(relativeError(await found.grad.data(), expected.grad.dataSync())).toBeLessThan(1e-5);
    },
  );
});
