import { defineOp, type OpCall, type OpContext } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FactorChain } from './factorChain.ts';
import { expectChain, expectLengths, expectShape } from './sequenceShapes.ts';

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
  /** U as a product of factors, the first applied first: U = F_k ⋯ F_1, [4H, P]. */
  readonly recurrent: readonly Tensor[];
  /** The projection as a product of factors, [P, H]; empty for none. */
  readonly projection?: readonly Tensor[];
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
  const { gates, bias, h0, c0, recurrent, projection = [] } = inputs;
  const lengths = inputs.lengths ?? null;
  expectLengths('lstmSequence', lengths, gates.shape[0], h0.shape[0]);
  const attributes = { recurrent: recurrent.length, lengths: lengths && Int32Array.from(lengths) };
  const [h, c] = lstmSequenceOp.apply([gates, bias, h0, c0, ...recurrent, ...projection], attributes);
  return { h, c };
}

interface Attributes {
  /** How many of the inputs after c0 are factors of U; the others are the projection's. */
  readonly recurrent: number;
  readonly lengths: Int32Array | null;
}

const lstmSequenceOp = defineOp<Attributes>({
  name: 'lstmSequence',
  shapes(inputs, attributes) {
    const [gates, , h0, c0] = inputs;
    checkShapes(inputs, attributes);
    return [
      [gates[0], ...h0],
      [gates[0], ...c0],
    ];
  },
  forward,
  backward,
  samples: [
    { shapes: [[3, 2, 8], [8], [2, 2], [2, 2], [8, 2]], attributes: { recurrent: 1, lengths: null } },
    {
      shapes: [[4, 2, 12], [12], [2, 3], [2, 3], [2, 3], [12, 2]],
      attributes: { recurrent: 2, lengths: Int32Array.of(4, 2) },
    },
    {
      shapes: [[3, 3, 12], [12], [3, 2], [3, 3], [12, 2], [2, 3]],
      attributes: { recurrent: 1, lengths: Int32Array.of(1, 3, 0) },
    },
    {
      shapes: [[3, 2, 16], [16], [2, 3], [2, 4], [2, 3], [16, 2], [2, 4], [3, 2]],
      attributes: { recurrent: 2, lengths: null },
    },
  ],
  errors: [
    {
      shapes: [[3, 2, 8], [8], [2, 2], [2, 2], [8, 3]],
      attributes: { recurrent: 1, lengths: null },
      message: /recurrent/,
    },
    {
      shapes: [[3, 2, 9], [9], [2, 2], [2, 2], [8, 2]],
      attributes: { recurrent: 1, lengths: null },
      message: /gates/,
    },
    {
      shapes: [[3, 2, 8], [8], [2, 2], [2, 2], [8, 2]],
      attributes: { recurrent: 1, lengths: Int32Array.of(4, 1) },
      message: /lengths\[0\] is 4/,
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
  const [preactivations, bias, h0, c0] = inputs;
  const { time, batch, hidden, width } = sizes(inputs);
  const { recurrent, projection } = split(inputs, attributes);
  const lengths = attributes.lengths ?? new Int32Array(batch).fill(time);
  const lengthsBuffer = context.integers(lengths);
  const firstHeld = Math.min(...lengths);

  const gates = context.allocate(preactivations.shape);
  kernels.scale(context.buffer(preactivations), context.buffer(gates), gates.size, 1);
  const cTanh = context.allocate(c.shape);
  const m = projection.length === 0 ? h : context.allocate(c.shape);
  const u = FactorChain.forward(context, recurrent, time, batch);
  const p = FactorChain.forward(context, projection, time, batch);

  const at = (tensor: Tensor, step: number, columns: number) =>
    context.at(context.buffer(tensor), step * batch * columns);
  for (let step = 0; step < time; step++) {
    const previous = step === 0 ? context.buffer(h0) : at(h, step - 1, width);
    const cPrevious = step === 0 ? context.buffer(c0) : at(c, step - 1, hidden);
    const a = at(gates, step, 4 * hidden);
    u.forward(step, previous, a, true);
    const cell = [at(c, step, hidden), at(cTanh, step, hidden), at(m, step, hidden)] as const;
    kernels.lstmCell(batch, hidden, a, context.buffer(bias), cPrevious, ...cell, lengthsBuffer, step);
    if (projection.length > 0) p.forward(step, cell[2], at(h, step, width), false);
    if (step >= firstHeld) kernels.holdRows(batch, width, previous, at(h, step, width), lengthsBuffer, step);
  }
  return [gates, cTanh, m, ...u.between, ...p.between];
}

function backward(context: OpContext, call: OpCall<Attributes>): readonly (Tensor | null)[] {
  const { kernels } = context;
  const { inputs, outputs, saved, attributes, grads } = call;
  const [preactivations, bias, h0, c0] = inputs;
  const [h, c] = outputs;
  const [gates, cTanh, m, ...between] = saved;
  const { time, batch, hidden, width } = sizes(inputs);
  const { recurrent, projection } = split(inputs, attributes);
  const lengths = attributes.lengths ?? new Int32Array(batch).fill(time);
  const lengthsBuffer = context.integers(lengths);
  const firstHeld = Math.min(...lengths);

  const uBetween = between.slice(0, recurrent.length - 1);
  const pBetween = between.slice(recurrent.length - 1);
  const u = FactorChain.backward(context, recurrent, batch, uBetween);
  const p = FactorChain.backward(context, projection, batch, pBetween);

  const dGates = context.allocate(preactivations.shape);
  const dh = grads[0] === null ? context.zeros(h.shape) : copyOf(context, grads[0]);
  const dh0 = context.zeros(h0.shape);
  const dc = context.zeros(c0.shape);
  const dm = context.allocate(c0.shape);

  const at = (tensor: Tensor, step: number, columns: number) =>
    context.at(context.buffer(tensor), step * batch * columns);
  for (let step = time - 1; step >= 0; step--) {
    const dhNow = at(dh, step, width);
    const dhPrevious = step === 0 ? context.buffer(dh0) : at(dh, step - 1, width);
    const cPrevious = step === 0 ? context.buffer(c0) : at(c, step - 1, hidden);
    const dGatesNow = at(dGates, step, 4 * hidden);
    const dcNow = context.buffer(dc);
    if (grads[1] !== null) kernels.add(dcNow, at(grads[1], step, hidden), dcNow, dc.size, dc.size, dc.size);
    if (projection.length > 0) p.backward(step, dhNow, context.buffer(dm), false);
    const dmNow = projection.length > 0 ? context.buffer(dm) : dhNow;
    const [gatesNow, tanhNow] = [at(gates, step, 4 * hidden), at(cTanh, step, hidden)];
    kernels.lstmCellGrad(
      batch,
      hidden,
      gatesNow,
      cPrevious,
      tanhNow,
      dmNow,
      dcNow,
      dGatesNow,
      lengthsBuffer,
      step,
    );
    u.backward(step, dGatesNow, dhPrevious, true);
    if (step >= firstHeld) kernels.passHeldRows(batch, width, dhNow, dhPrevious, lengthsBuffer, step);
  }

  const states = [
    { buffer: context.buffer(h0), rows: batch },
    { buffer: context.buffer(h), rows: (time - 1) * batch },
  ];
  const dBias = context.allocate(bias.shape);
  kernels.sumAxis(context.buffer(dGates), context.buffer(dBias), 1, time * batch, 4 * hidden);
  return [
    dGates,
    dBias,
    dh0,
    dc,
    ...u.weightGrads(states, context.buffer(dGates)),
    ...p.weightGrads([{ buffer: context.buffer(m), rows: time * batch }], context.buffer(dh)),
  ];
}

function copyOf(context: OpContext, tensor: Tensor): Tensor {
  const copy = context.allocate(tensor.shape);
  context.kernels.scale(context.buffer(tensor), context.buffer(copy), copy.size, 1);
  return copy;
}

const sizes = ([gates, , h0, c0]: readonly Tensor[]) => ({
  time: gates.shape[0],
  batch: gates.shape[1],
  hidden: c0.shape[1],
  width: h0.shape[1],
});

const split = (inputs: readonly Tensor[], { recurrent }: Attributes) => ({
  recurrent: inputs.slice(4, 4 + recurrent),
  projection: inputs.slice(4 + recurrent),
});

function checkShapes(inputs: readonly Shape[], { recurrent, lengths }: Attributes): void {
  const op = 'lstmSequence';
  const [gates, bias, h0, c0] = inputs;
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
  expectChain(op, 'recurrent', inputs.slice(4, 4 + recurrent), width, 4 * hidden);
  const projection = inputs.slice(4 + recurrent);
  if (projection.length > 0) expectChain(op, 'projection', projection, hidden, width);
  else if (width !== hidden) {
    throw new InputError(`${op}: h0 has ${width} columns, expected ${hidden} as there is no projection.`);
  }
  expectLengths(op, lengths, time, batch);
}
