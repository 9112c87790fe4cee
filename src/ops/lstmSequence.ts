import { defineOp, type OpCall, type OpContext } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { expectShape, type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FactorChain } from './factorChain.ts';
import {
  asProduct,
  backwardProduct,
  expectProduct,
  forwardProduct,
  type MapProduct,
  type ProductTerm,
  savedCount,
  tensorCount,
} from './sequenceProduct.ts';
import { expectChain, expectLengths } from './sequenceShapes.ts';
import { SequenceSteps, startOfGrad, sumOfRows } from './sequenceSteps.ts';

/** What an LSTM computes from. H hidden units; P values of the state that recurs (P = H without projection). */
export interface LstmInputs {
  /** W x_t for all steps, without bias: [T, B, 4H], gates in the order i, f, g, o. */
  readonly gates: Tensor;
  /** [4H] */
  readonly bias: Tensor;
  /** The state before the first step: [B, P]. */
  readonly h0: Tensor;
  /** The cell before the first step: [B, H]. */
  readonly c0: Tensor;
  /** U [4H, P] as a product, or as the list of its factors, the first applied first: U = F_k ⋯ F_1. */
  readonly recurrent: MapProduct | readonly Tensor[];
  /** The projection as a product of factors, [P, H]; empty for none. */
  readonly projection?: readonly Tensor[];
  /** Diagonal weights by which i and f see c_{t−1} and o sees c_t, [3H] (Gers & Schmidhuber 2000); none unless given. */
  readonly peepholes?: Tensor;
  /** Valid steps of each sequence; beyond them the state is held. All T unless given. */
  readonly lengths?: ArrayLike<number>;
}

/**
 * A whole LSTM layer over time (Hochreiter & Schmidhuber 1997; Gers et al. 2000; projection: Sak et al. 2014):
 * a_t = W x_t + U h_{t−1} + b; i, f, o = σ, g = tanh; c_t = f∘c_{t−1} + i∘g; m_t = o∘tanh c_t; h_t = P m_t or m_t.
 * Returns h [T, B, P] and c [T, B, H]. Equal to the composition of primitives in `nn/lstmSteps.ts`; first-order gradient.
 * Throws InputError when shapes do not fit.
 */
export function lstmSequence(inputs: LstmInputs): { h: Tensor; c: Tensor } {
  const { gates, bias, h0, c0, projection = [], peepholes } = inputs;
  const recurrent = asProduct(inputs.recurrent);
  const lengths = inputs.lengths ?? null;
  expectLengths('lstmSequence', lengths, gates.shape[0], h0.shape[0]);
  const attributes = {
    recurrent: recurrent.terms,
    peepholes: peepholes !== undefined,
    lengths: lengths && Int32Array.from(lengths),
  };
  const tensors = [
    gates,
    bias,
    h0,
    c0,
    ...(peepholes ? [peepholes] : []),
    ...recurrent.tensors,
    ...projection,
  ];
  const [h, c] = lstmSequenceOp.apply(tensors, attributes);
  return { h, c };
}

interface Attributes {
  /** What the inputs before the projection's factors make of U. */
  readonly recurrent: readonly ProductTerm[];
  /** Whether the input after c0 holds peepholes. */
  readonly peepholes: boolean;
  readonly lengths: Int32Array | null;
}

const dense: readonly ProductTerm[] = [{ kind: 'factors', count: 1 }];
const lowRank: readonly ProductTerm[] = [{ kind: 'factors', count: 2 }];
const plain = { recurrent: dense, peepholes: false, lengths: null };

const lstmSequenceOp = defineOp<Attributes>({
  name: 'lstmSequence',
  shapes(inputs, attributes) {
    const { gates, h0, c0 } = checkShapes(inputs, attributes);
    return [
      [gates[0], ...h0],
      [gates[0], ...c0],
    ];
  },
  forward,
  backward,
  samples: [
    { shapes: [[3, 2, 8], [8], [2, 2], [2, 2], [8, 2]], attributes: plain },
    {
      shapes: [[4, 2, 12], [12], [2, 3], [2, 3], [2, 3], [12, 2]],
      attributes: { ...plain, recurrent: lowRank, lengths: Int32Array.of(4, 2) },
    },
    {
      shapes: [[3, 3, 12], [12], [3, 2], [3, 3], [12, 2], [2, 3]],
      attributes: { ...plain, lengths: Int32Array.of(1, 3, 0) },
    },
    {
      shapes: [[3, 2, 16], [16], [2, 3], [2, 4], [2, 3], [16, 2], [2, 4], [3, 2]],
      attributes: { ...plain, recurrent: lowRank },
    },
    {
      shapes: [[3, 2, 12], [12], [2, 3], [2, 3], [4, 3]],
      attributes: { ...plain, recurrent: [{ kind: 'circulant', skew: false, rows: 3, cols: 3 }] },
    },
    {
      shapes: [[3, 2, 12], [12], [2, 3], [2, 3], [9], [12, 3]],
      attributes: { ...plain, peepholes: true, lengths: Int32Array.of(2, 3) },
    },
  ],
  errors: [
    { shapes: [[3, 2, 8], [8], [2, 2], [2, 2], [8, 3]], attributes: plain, message: /recurrent/ },
    { shapes: [[3, 2, 9], [9], [2, 2], [2, 2], [8, 2]], attributes: plain, message: /gates/ },
    {
      shapes: [[3, 2, 8], [8], [2, 2], [2, 2], [8, 2]],
      attributes: { ...plain, lengths: Int32Array.of(4, 1) },
      message: /lengths\[0\] is 4/,
    },
    {
      shapes: [[3, 2, 8], [8], [2, 2], [2, 2], [8], [8, 2]],
      attributes: { ...plain, peepholes: true },
      message: /peepholes has shape \[8\], expected \[6\]/,
    },
  ],
});

function forward(
  context: OpContext,
  inputs: readonly Tensor[],
  [h, c]: readonly Tensor[],
  attributes: Attributes,
): readonly Tensor[] {
  const { kernels } = context;
  const { gates: wx, bias, h0, c0, peepholes, recurrent, projection } = named(inputs, attributes);
  const [time, batch] = wx.shape;
  const [hidden, width] = [c0.shape[1], h0.shape[1]];
  const steps = new SequenceSteps(context, time, batch, attributes.lengths);
  const u = forwardProduct(context, attributes.recurrent, recurrent, time, batch);
  const p = FactorChain.forward(context, projection, time, batch);
  const gates = context.allocate(wx.shape);
  const cTanh = context.allocate(c.shape);
  const m = projection.length === 0 ? h : context.allocate(c.shape);

  const [xs, as, hs, cs] = [wx, gates, h, c].map((sequence) => steps.each(sequence));
  const [tanhs, ms] = [cTanh, m].map((sequence) => steps.each(sequence));
  const [hsBefore, csBefore] = [steps.eachBefore(h0, h), steps.eachBefore(c0, c)];
  const [biases, weights] = [bias, peepholes ?? bias].map((tensor) => context.buffer(tensor));
  for (let t = 0; t < time; t++) {
    u.forward(t, hsBefore[t], as[t], false);
    const states = [csBefore[t], cs[t], tanhs[t], ms[t], steps.lengths, t] as const;
    if (peepholes === null) kernels.lstmCell(batch, hidden, xs[t], as[t], biases, ...states);
    else kernels.lstmPeepholeCell(batch, hidden, xs[t], as[t], biases, weights, ...states);
    if (projection.length > 0) p.forward(t, ms[t], hs[t], false);
    if (steps.anyHeld(t)) kernels.holdRows(batch, width, hsBefore[t], hs[t], steps.lengths, t);
  }
  return [gates, cTanh, m, ...u.saved, ...p.saved];
}

function backward(context: OpContext, call: OpCall<Attributes>): readonly (Tensor | null)[] {
  const { kernels } = context;
  const { attributes, grads, needs } = call;
  const { h0, c0, peepholes, recurrent, projection } = named(call.inputs, attributes);
  const [h, c] = call.outputs;
  const [gates, cTanh, m, ...between] = call.saved;
  const [time, batch] = gates.shape;
  const [hidden, width] = [c0.shape[1], h0.shape[1]];
  const steps = new SequenceSteps(context, time, batch, attributes.lengths);
  const split = savedCount(attributes.recurrent);
  const u = backwardProduct(context, attributes.recurrent, recurrent, time, batch, between.slice(0, split));
  const p = FactorChain.backward(context, projection, batch, between.slice(split));

  const dGates = context.allocate(gates.shape);
  const dh = startOfGrad(context, grads[0], h);
  const dh0 = context.zeros(h0.shape);
  const dc = context.zeros(c0.shape);
  const dPeepholes = peepholes && context.zeros(peepholes.shape);
  const [dm, dcNow] = [context.allocate(c0.shape), dc].map((tensor) => context.buffer(tensor));
  const [as, cs, tanhs] = [gates, c, cTanh].map((sequence) => steps.each(sequence));
  const [dAs, dhs, dcs] = [dGates, dh, grads[1]].map((sequence) => (sequence ? steps.each(sequence) : []));
  const [dhsBefore, csBefore] = [steps.eachBefore(dh0, dh), steps.eachBefore(c0, c)];
  const firstRecurrent = steps.firstRecurrent(h0, needs[2]);

  for (let t = time - 1; t >= 0; t--) {
    if (grads[1] !== null) kernels.add(dcNow, dcs[t], dcNow, dc.size, dc.size, dc.size);
    if (projection.length > 0) p.backward(t, dhs[t], dm, false);
    const dmNow = projection.length > 0 ? dm : dhs[t];
    if (peepholes === null) {
      const states = [csBefore[t], tanhs[t], dmNow, dcNow, dAs[t]] as const;
      kernels.lstmCellGrad(batch, hidden, as[t], ...states, steps.lengths, t);
    } else {
      const [weights, dWeights] = [context.buffer(peepholes), context.buffer(dPeepholes!)];
      const states = [csBefore[t], cs[t], tanhs[t], dmNow, dcNow, dAs[t]] as const;
      kernels.lstmPeepholeCellGrad(batch, hidden, as[t], weights, ...states, dWeights, steps.lengths, t);
    }
    if (t >= firstRecurrent) u.backward(t, dAs[t], dhsBefore[t], true);
    if (steps.anyHeld(t)) kernels.passHeldRows(batch, width, dhs[t], dhsBefore[t], steps.lengths, t);
  }
  return [
    dGates,
    sumOfRows(context, dGates),
    dh0,
    dc,
    ...(dPeepholes ? [dPeepholes] : []),
    ...u.weightGrads(steps.allBefore(h0, h, firstRecurrent), context.buffer(dGates), firstRecurrent),
    ...p.weightGrads([{ buffer: context.buffer(m), rows: time * batch }], context.buffer(dh)),
  ];
}

function named<T>([gates, bias, h0, c0, ...rest]: readonly T[], { recurrent, peepholes }: Attributes) {
  const factors = peepholes ? rest.slice(1) : rest;
  const count = tensorCount(recurrent);
  return {
    gates,
    bias,
    h0,
    c0,
    peepholes: peepholes ? rest[0] : null,
    recurrent: factors.slice(0, count),
    projection: factors.slice(count),
  };
}

function checkShapes(inputs: readonly Shape[], attributes: Attributes) {
  const op = 'lstmSequence';
  const shapes = named(inputs, attributes);
  const { gates, bias, h0, c0, peepholes, recurrent, projection } = shapes;
  if (gates.length !== 3 || c0.length !== 2 || h0.length !== 2 || gates[0] === 0) {
    throw new InputError(
      `${op}: gates, h0 and c0 have shapes ${show(gates)}, ${show(h0)} and ${show(c0)}, ` +
        'expected [T, B, 4H], [B, P] and [B, H] with at least one step.',
    );
  }
  const [time, batch] = gates;
  const [hidden, width] = [c0[1], h0[1]];
  expectShape(op, 'gates', gates, [time, batch, 4 * hidden]);
  expectShape(op, 'bias', bias, [4 * hidden]);
  expectShape(op, 'h0', h0, [batch, width]);
  expectShape(op, 'c0', c0, [batch, hidden]);
  if (peepholes !== null) expectShape(op, 'peepholes', peepholes, [3 * hidden]);
  expectProduct(op, 'recurrent', attributes.recurrent, recurrent, width, 4 * hidden);
  if (projection.length > 0) expectChain(op, 'projection', projection, hidden, width);
  else if (width !== hidden) {
    throw new InputError(`${op}: h0 has ${width} columns, expected ${hidden} as there is no projection.`);
  }
  expectLengths(op, attributes.lengths, time, batch);
  return shapes;
}
