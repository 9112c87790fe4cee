import { add } from '../ops/add.ts';
import { stack } from '../ops/concat.ts';
import { relu } from '../ops/relu.ts';
import type { RnnInputs } from '../ops/rnnSequence.ts';
import { tanh } from '../ops/tanh.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { hold, product, stepOf } from './steps.ts';

/** What `rnnSequence` computes, step by step from primitive ops: its definition. */
export function rnnSteps(inputs: RnnInputs): Tensor {
  const { gates, bias, recurrent, activation = 'tanh', lengths } = inputs;
  const activate = activation === 'relu' ? relu : tanh;
  let h = inputs.h0;
  const hs: Tensor[] = [];
  for (let step = 0; step < gates.shape[0]; step++) {
    const next = activate(add(add(stepOf(gates, step), product(h, recurrent, h.shape[1])), bias));
    h = hold(next, h, step, lengths);
    hs.push(h);
  }
  return stack(hs);
}
