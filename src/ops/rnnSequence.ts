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

/** What a simple recurrent network computes from, H hidden units. */
export interface RnnInputs {
  /** W x_t for all steps, without bias: [T, B, H]. */
  readonly gates: Tensor;
  /** [H] */
  readonly bias: Tensor;
  /** The state before the first step: [B, H]. */
  readonly h0: Tensor;
  /** U [H, H] as a product, or as the list of its factors, the first applied first: U = F_k ⋯ F_1. */
  readonly recurrent: MapProduct | readonly Tensor[];
  /** `tanh` unless given. */
  readonly activation?: 'tanh' | 'relu';
  /** Valid steps of each sequence; beyond them the state is held. All T unless given. */
  readonly lengths?: ArrayLike<number>;
}

/**
 * A simple recurrent layer over time (Elman 1990): h_t = φ(W x_t + U h_{t−1} + b). Returns h [T, B, H]. Equal to the
 * composition of primitives in `nn/rnnSteps.ts`; first-order gradient. Throws InputError when shapes do not fit.
 */
export function rnnSequence(inputs: RnnInputs): Tensor {
  const { gates, bias, h0, activation = 'tanh', lengths = null } = inputs;
  const recurrent = asProduct(inputs.recurrent);
  if (activation !== 'tanh' && activation !== 'relu') {
    throw new InputError(`rnnSequence: activation is ${JSON.stringify(activation)}, expected tanh or relu.`);
  }
  expectLengths('rnnSequence', lengths, gates.shape[0], h0.shape[0]);
  const attributes = {
    rectify: activation === 'relu' ? 1 : 0,
    recurrent: recurrent.terms,
    lengths: lengths && Int32Array.from(lengths),
  };
  return rnnSequenceOp.apply([gates, bias, h0, ...recurrent.tensors], attributes)[0];
}

interface Attributes {
  /** 1 for a rectifier, 0 for tanh. */
  readonly rectify: number;
  readonly recurrent: readonly ProductTerm[];
  readonly lengths: Int32Array | null;
}

const dense: readonly ProductTerm[] = [{ kind: 'factors', count: 1 }];
const lowRank: readonly ProductTerm[] = [{ kind: 'factors', count: 2 }];

const rnnSequenceOp = defineOp<Attributes>({
  name: 'rnnSequence',
  shapes(inputs, attributes) {
    checkShapes(inputs, attributes);
    return [inputs[0]];
  },
  forward(context, [wx, bias, h0, ...recurrent], [h], { rectify, recurrent: terms, lengths }) {
    const [time, batch, hidden] = wx.shape;
    const steps = new SequenceSteps(context, time, batch, lengths);
    const u = forwardProduct(context, terms, recurrent, time, batch);
    const [xs, hs] = [wx, h].map((sequence) => steps.each(sequence));
    const [biases, hsBefore] = [context.buffer(bias), steps.eachBefore(h0, h)];
    for (let t = 0; t < time; t++) {
      u.forward(t, hsBefore[t], hs[t], false);
      const states = [hsBefore[t], hs[t], steps.lengths, t, rectify] as const;
      context.kernels.rnnCell(batch, hidden, xs[t], hs[t], biases, ...states);
    }
    return u.saved;
  },
  backward,
  samples: [
    { shapes: [[3, 2, 4], [4], [2, 4], [4, 4]], attributes: { rectify: 0, recurrent: dense, lengths: null } },
    {
      shapes: [[4, 3, 3], [3], [3, 3], [2, 3], [3, 2]],
      attributes: { rectify: 0, recurrent: lowRank, lengths: Int32Array.of(4, 0, 2) },
    },
  ],
  errors: [
    {
      shapes: [[3, 2, 4], [4], [2, 4], [4, 3]],
      attributes: { rectify: 0, recurrent: dense, lengths: null },
      message: /recurrent/,
    },
    {
      shapes: [[3, 2, 4], [3], [2, 4], [4, 4]],
      attributes: { rectify: 0, recurrent: dense, lengths: null },
      message: /bias/,
    },
  ],
});

function backward(context: OpContext, call: OpCall<Attributes>): readonly (Tensor | null)[] {
  const [, , h0, ...recurrent] = call.inputs;
  const [h] = call.outputs;
  const { rectify, recurrent: terms, lengths } = call.attributes;
  const [time, batch, hidden] = h.shape;
  const steps = new SequenceSteps(context, time, batch, lengths);
  const u = backwardProduct(context, terms, recurrent, time, batch, call.saved);
  const da = context.allocate(h.shape);
  const dh = startOfGrad(context, call.grads[0], h);
  const dh0 = context.zeros(h0.shape);
  const [hs, dhs, das] = [h, dh, da].map((sequence) => steps.each(sequence));
  const dhsBefore = steps.eachBefore(dh0, dh);
  const firstRecurrent = steps.firstRecurrent(h0, call.needs[2]);
  for (let t = time - 1; t >= 0; t--) {
    const states = [hs[t], dhs[t], dhsBefore[t], das[t], steps.lengths, t, rectify] as const;
    context.kernels.rnnCellGrad(batch, hidden, ...states);
    if (t >= firstRecurrent) u.backward(t, das[t], dhsBefore[t], true);
  }
  const inputs = steps.allBefore(h0, h, firstRecurrent);
  return [da, sumOfRows(context, da), dh0, ...u.weightGrads(inputs, context.buffer(da), firstRecurrent)];
}

function checkShapes([gates, bias, h0, ...recurrent]: readonly Shape[], attributes: Attributes): void {
  const op = 'rnnSequence';
  if (gates.length !== 3 || gates[0] === 0) {
    throw new InputError(
      `${op}: gates have shape ${show(gates)}, expected [T, B, H] with at least one step.`,
    );
  }
  const [time, batch, hidden] = gates;
  expectShape(op, 'bias', bias, [hidden]);
  expectShape(op, 'h0', h0, [batch, hidden]);
  expectProduct(op, 'recurrent', attributes.recurrent, recurrent, hidden, hidden);
  expectLengths(op, attributes.lengths, time, batch);
}
