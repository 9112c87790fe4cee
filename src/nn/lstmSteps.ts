import { add } from '../ops/add.ts';
import { stack } from '../ops/concat.ts';
import type { LstmInputs } from '../ops/lstmSequence.ts';
import { multiply } from '../ops/multiply.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import { slice } from '../ops/slice.ts';
import { tanh } from '../ops/tanh.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { hold, product, stepOf } from './steps.ts';

/**
 * What `lstmSequence` computes, step by step from primitive ops: its definition, which the fused op is tested against, and
 * the form to use for gradients of gradients.
 */
export function lstmSteps(inputs: LstmInputs): { h: Tensor; c: Tensor } {
  const { gates, bias, recurrent, projection = [], peepholes, lengths } = inputs;
  const [batch, hidden] = inputs.c0.shape;
  const peep = (gate: number, cell: Tensor, a: Tensor): Tensor =>
    peepholes === undefined ? a : add(a, multiply(cell, slice(peepholes, [gate * hidden], [hidden])));
  let { h0: h, c0: c } = inputs;
  const hs: Tensor[] = [];
  const cs: Tensor[] = [];
  for (let step = 0; step < gates.shape[0]; step++) {
    const a = add(add(stepOf(gates, step), product(h, recurrent, 4 * hidden)), bias);
    const [i, f, g, o] = [0, 1, 2, 3].map((gate) => slice(a, [0, gate * hidden], [batch, hidden]));
    const cNew = add(multiply(sigmoid(peep(1, c, f)), c), multiply(sigmoid(peep(0, c, i)), tanh(g)));
    const hNew = product(multiply(sigmoid(peep(2, cNew, o)), tanh(cNew)), projection, inputs.h0.shape[1]);
    c = hold(cNew, c, step, lengths);
    h = hold(hNew, h, step, lengths);
    hs.push(h);
    cs.push(c);
  }
  return { h: stack(hs), c: stack(cs) };
}
