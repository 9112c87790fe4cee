import { defineOp, type OpCall, type OpContext } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { expectShape, type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  asProduct,
  backwardProduct,
  expectProduct,
  forwardProduct,
  type MapProduct,
  type ProductTerm,
} from './sequenceProduct.ts';
import { expectLengths } from './sequenceShapes.ts';
import { SequenceSteps, startOfGrad, sumOfRows } from './sequenceSteps.ts';

/** What a gated recurrent unit that resets after its product computes from, H hidden units. */
export interface GruInputs {
  /** W x_t for all steps, without bias: [T, B, 3H], gates in the order r, z, n. */
  readonly gates: Tensor;
  /** [3H] */
  readonly bias: Tensor;
  /** The bias of U_n h that the reset gate acts on, [H]. */
  readonly recurrentBias: Tensor;
  /** The state before the first step: [B, H]. */
  readonly h0: Tensor;
  /** U [3H, H] as a product, or as the list of its factors, the first applied first: U = F_k ⋯ F_1. */
  readonly recurrent: MapProduct | readonly Tensor[];
  /** Valid steps of each sequence; beyond them the state is held. All T unless given. */
  readonly lengths?: ArrayLike<number>;
}

/**
 * A layer of gated recurrent units over time, in the form of cuDNN and PyTorch: r, z = σ(W x_t + U h_{t−1} + b);
 * n = tanh(W_n x_t + b_n + r∘(U_n h_{t−1} + b′)); h_t = (1 − z)∘n + z∘h_{t−1}. Returns h [T, B, H]. Equal to the
 * composition of primitives in `nn/gruSteps.ts`; first-order gradient. Throws InputError when shapes do not fit.
 */
export function gruSequence(inputs: GruInputs): Tensor {
  const { gates, bias, recurrentBias, h0, lengths = null } = inputs;
  const recurrent = asProduct(inputs.recurrent);
  expectLengths('gruSequence', lengths, gates.shape[0], h0.shape[0]);
  const attributes = { recurrent: recurrent.terms, lengths: lengths && Int32Array.from(lengths) };
  return gruSequenceOp.apply([gates, bias, recurrentBias, h0, ...recurrent.tensors], attributes)[0];
}

interface Attributes {
  readonly recurrent: readonly ProductTerm[];
  readonly lengths: Int32Array | null;
}

const dense: readonly ProductTerm[] = [{ kind: 'factors', count: 1 }];
const lowRank: readonly ProductTerm[] = [{ kind: 'factors', count: 2 }];

const gruSequenceOp = defineOp<Attributes>({
  name: 'gruSequence',
  shapes(inputs, attributes) {
    checkShapes(inputs, attributes);
    return [[inputs[0][0], ...inputs[3]]];
  },
  forward(context, [wx, bias, recurrentBias, h0, ...recurrent], [h], { recurrent: terms, lengths }) {
    const [time, batch, hidden] = h.shape;
    const steps = new SequenceSteps(context, time, batch, lengths);
    const u = forwardProduct(context, terms, recurrent, time, batch);
    const [gates, candidate] = [context.allocate(wx.shape), context.allocate(h.shape)];
    const biases = [context.buffer(bias), context.buffer(recurrentBias)] as const;
    const [xs, as, candidates, hs] = [wx, gates, candidate, h].map((sequence) => steps.each(sequence));
    const hsBefore = steps.eachBefore(h0, h);
    for (let t = 0; t < time; t++) {
      u.forward(t, hsBefore[t], as[t], false);
      const states = [hsBefore[t], candidates[t], hs[t], steps.lengths, t] as const;
      context.kernels.gruCell(batch, hidden, xs[t], as[t], ...biases, ...states);
    }
    return [gates, candidate, ...u.saved];
  },
  backward,
  samples: [
    { shapes: [[3, 2, 6], [6], [2], [2, 2], [6, 2]], attributes: { recurrent: dense, lengths: null } },
    {
      shapes: [[4, 3, 9], [9], [3], [3, 3], [2, 3], [9, 2]],
      attributes: { recurrent: lowRank, lengths: Int32Array.of(4, 0, 2) },
    },
  ],
  errors: [
    {
      shapes: [[3, 2, 6], [6], [2], [2, 2], [6, 3]],
      attributes: { recurrent: dense, lengths: null },
      message: /recurrent/,
    },
    {
      shapes: [[3, 2, 8], [8], [2], [2, 2], [6, 2]],
      attributes: { recurrent: dense, lengths: null },
      message: /gates/,
    },
  ],
});

function backward(context: OpContext, call: OpCall<Attributes>): readonly (Tensor | null)[] {
  const [, , , h0, ...recurrent] = call.inputs;
  const [h] = call.outputs;
  const [gates, candidate, ...between] = call.saved;
  const [time, batch, hidden] = h.shape;
  const steps = new SequenceSteps(context, time, batch, call.attributes.lengths);
  const u = backwardProduct(context, call.attributes.recurrent, recurrent, time, batch, between);
  const [dInput, dProduct] = [context.allocate(gates.shape), context.allocate(gates.shape)];
  const dh = startOfGrad(context, call.grads[0], h);
  const dh0 = context.zeros(h0.shape);
  const [as, candidates, dhs] = [gates, candidate, dh].map((sequence) => steps.each(sequence));
  const [dInputs, dProducts] = [dInput, dProduct].map((sequence) => steps.each(sequence));
  const [hsBefore, dhsBefore] = [steps.eachBefore(h0, h), steps.eachBefore(dh0, dh)];
  const firstRecurrent = steps.firstRecurrent(h0, call.needs[3]);
  for (let t = time - 1; t >= 0; t--) {
    const states = [candidates[t], hsBefore[t], dhs[t], dhsBefore[t]] as const;
    const grads = [dInputs[t], dProducts[t], steps.lengths, t] as const;
    context.kernels.gruCellGrad(batch, hidden, as[t], ...states, ...grads);
    if (t >= firstRecurrent) u.backward(t, dProducts[t], dhsBefore[t], true);
  }
  // The recurrent bias joins the product where the candidate's part of it is.
  const dRecurrentBias = context.allocate([hidden]);
  const sums = context.buffer(sumOfRows(context, dProduct));
  context.kernels.scale(context.at(sums, 2 * hidden), context.buffer(dRecurrentBias), hidden, 1);
  return [
    dInput,
    sumOfRows(context, dInput),
    dRecurrentBias,
    dh0,
    ...u.weightGrads(steps.allBefore(h0, h, firstRecurrent), context.buffer(dProduct), firstRecurrent),
  ];
}

function checkShapes(inputs: readonly Shape[], attributes: Attributes): void {
  const op = 'gruSequence';
  const [gates, bias, recurrentBias, h0, ...recurrent] = inputs;
  if (gates.length !== 3 || h0.length !== 2 || gates[0] === 0) {
    throw new InputError(
      `${op}: gates and h0 have shapes ${show(gates)} and ${show(h0)}, expected [T, B, 3H] and [B, H] with at least one step.`,
    );
  }
  const [time, batch] = gates;
  const hidden = h0[1];
  expectShape(op, 'gates', gates, [time, batch, 3 * hidden]);
  expectShape(op, 'bias', bias, [3 * hidden]);
  expectShape(op, 'recurrentBias', recurrentBias, [hidden]);
  expectShape(op, 'h0', h0, [batch, hidden]);
  expectProduct(op, 'recurrent', attributes.recurrent, recurrent, hidden, 3 * hidden);
  expectLengths(op, attributes.lengths, time, batch);
}
