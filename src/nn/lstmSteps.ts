import { add } from '../ops/add.ts';
import { stack } from '../ops/concat.ts';
import type { LstmInputs } from '../ops/lstmSequence.ts';
import { matmul } from '../ops/matmul.ts';
import { multiply } from '../ops/multiply.ts';
import { reshape } from '../ops/reshape.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import { slice } from '../ops/slice.ts';
import { subtract } from '../ops/subtract.ts';
import { tanh } from '../ops/tanh.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

/**
 * What `lstmSequence` computes, step by step from primitive ops: its definition, which the fused op is tested against, and
 * the form to use for gradients of gradients.
 */
export function lstmSteps(inputs: LstmInputs): { h: Tensor; c: Tensor } {
  const { gates, bias, recurrent, projection = [], lengths } = inputs;
  const [time, batch] = gates.shape;
  const hidden = inputs.c0.shape[1];
  let { h0: h, c0: c } = inputs;
  const hs: Tensor[] = [];
  const cs: Tensor[] = [];
  for (let step = 0; step < time; step++) {
    const wx = reshape(slice(gates, [step], [1]), [batch, 4 * hidden]);
    const a = add(add(wx, product(h, recurrent)), bias);
    const [i, f, g, o] = [0, 1, 2, 3].map((gate) => slice(a, [0, gate * hidden], [batch, hidden]));
    const cNew = add(multiply(sigmoid(f), c), multiply(sigmoid(i), tanh(g)));
    const hNew = product(multiply(sigmoid(o), tanh(cNew)), projection);
    c = hold(cNew, c, step, lengths);
    h = hold(hNew, h, step, lengths);
    hs.push(h);
    cs.push(c);
  }
  return { h: stack(hs), c: stack(cs) };
}

const product = (x: Tensor, factors: readonly Tensor[]): Tensor =>
  factors.reduce((value, factor) => matmul(value, factor, { transposeB: true }), x);

/** `next` where the sequence goes on, `previous` where it has ended. */
function hold(next: Tensor, previous: Tensor, step: number, lengths?: ArrayLike<number>): Tensor {
  if (lengths === undefined) return next;
  const goesOn = Array.from(lengths, (length) => (step < length ? 1 : 0));
  const mask = tensor(goesOn, [goesOn.length, 1], { dtype: next.dtype, backend: next.backend });
  return add(multiply(next, mask), multiply(previous, subtract(1, mask)));
}
