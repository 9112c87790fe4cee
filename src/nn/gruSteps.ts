import { add } from '../ops/add.ts';
import { stack } from '../ops/concat.ts';
import type { GruResetBeforeInputs } from '../ops/gruResetBeforeSequence.ts';
import type { GruInputs } from '../ops/gruSequence.ts';
import { multiply } from '../ops/multiply.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import { slice } from '../ops/slice.ts';
import { subtract } from '../ops/subtract.ts';
import { tanh } from '../ops/tanh.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { hold, product, stepOf } from './steps.ts';

/** What `gruSequence` computes, step by step from primitive ops: its definition. */
export function gruSteps(inputs: GruInputs): Tensor {
  const { recurrent, recurrentBias } = inputs;
  return gruLoop(inputs, (h, wx, part) => {
    const uh = product(h, recurrent, 3 * h.shape[1]);
    const [r, z] = [0, 1].map((gate) => sigmoid(add(part(wx, gate), part(uh, gate))));
    return [z, tanh(add(part(wx, 2), multiply(r, add(part(uh, 2), recurrentBias))))];
  });
}

/** What `gruResetBeforeSequence` computes, step by step from primitive ops: its definition. */
export function gruResetBeforeSteps(inputs: GruResetBeforeInputs): Tensor {
  const { recurrentGates, candidate } = inputs;
  return gruLoop(inputs, (h, wx, part) => {
    const uh = product(h, recurrentGates, 2 * h.shape[1]);
    const [r, z] = [0, 1].map((gate) => sigmoid(add(part(wx, gate), part(uh, gate))));
    return [z, tanh(add(part(wx, 2), product(multiply(r, h), candidate, h.shape[1])))];
  });
}

/** h_t = (1 − z)∘n + z∘h_{t−1}, with z and n from h_{t−1}, W x_t + b, and a function that takes out one gate's part. */
function gruLoop(
  { gates, bias, h0, lengths }: Pick<GruInputs, 'gates' | 'bias' | 'h0' | 'lengths'>,
  gatesOf: (h: Tensor, wx: Tensor, part: (all: Tensor, gate: number) => Tensor) => [z: Tensor, n: Tensor],
): Tensor {
  const [batch, hidden] = h0.shape;
  const part = (all: Tensor, gate: number) => slice(all, [0, gate * hidden], [batch, hidden]);
  let h = h0;
  const hs: Tensor[] = [];
  for (let step = 0; step < gates.shape[0]; step++) {
    const [z, n] = gatesOf(h, add(stepOf(gates, step), bias), part);
    h = hold(add(multiply(subtract(1, z), n), multiply(z, h)), h, step, lengths);
    hs.push(h);
  }
  return stack(hs);
}
