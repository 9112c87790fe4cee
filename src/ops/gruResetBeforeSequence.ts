import { defineOp, type OpCall, type OpContext } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { expectShape, type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FactorChain } from './factorChain.ts';
import { expectChain, expectLengths } from './sequenceShapes.ts';
import { SequenceSteps, startOfGrad, sumOfRows } from './sequenceSteps.ts';

/** What a gated recurrent unit that resets before its product computes from, H hidden units. */
export interface GruResetBeforeInputs {
  /** W x_t for all steps, without bias: [T, B, 3H], gates in the order r, z, n. */
  readonly gates: Tensor;
  /** [3H] */
  readonly bias: Tensor;
  /** The state before the first step: [B, H]. */
  readonly h0: Tensor;
  /** U_r and U_z on top of each other as a product of factors, the first applied first, [2H, H]. */
  readonly recurrentGates: readonly Tensor[];
  /** U_n as a product of factors, [H, H]. */
  readonly candidate: readonly Tensor[];
  /** Valid steps of each sequence; beyond them the state is held. All T unless given. */
  readonly lengths?: ArrayLike<number>;
}

/**
 * A layer of gated recurrent units over time, in their first form (Cho et al. 2014): r, z = σ(W x_t + U h_{t−1} + b);
 * n = tanh(W_n x_t + b_n + U_n (r∘h_{t−1})); h_t = (1 − z)∘n + z∘h_{t−1}. Returns h [T, B, H]. Equal to the composition
 * of primitives in `nn/gruSteps.ts`; first-order gradient. Throws InputError when shapes do not fit.
 */
export function gruResetBeforeSequence(inputs: GruResetBeforeInputs): Tensor {
  const { gates, bias, h0, recurrentGates, candidate, lengths = null } = inputs;
  expectLengths('gruResetBeforeSequence', lengths, gates.shape[0], h0.shape[0]);
  const attributes = { gateFactors: recurrentGates.length, lengths: lengths && Int32Array.from(lengths) };
  return gruResetBeforeOp.apply([gates, bias, h0, ...recurrentGates, ...candidate], attributes)[0];
}

interface Attributes {
  /** How many of the factors are those of U_r and U_z. */
  readonly gateFactors: number;
  readonly lengths: Int32Array | null;
}

const gruResetBeforeOp = defineOp<Attributes>({
  name: 'gruResetBeforeSequence',
  shapes(inputs, attributes) {
    checkShapes(inputs, attributes);
    return [[inputs[0][0], ...inputs[2]]];
  },
  forward(context, [wx, bias, h0, ...factors], [h], { gateFactors, lengths }) {
    const { kernels } = context;
    const [time, batch, hidden] = h.shape;
    const steps = new SequenceSteps(context, time, batch, lengths);
    const uGates = FactorChain.forward(context, factors.slice(0, gateFactors), time, batch);
    const uCandidate = FactorChain.forward(context, factors.slice(gateFactors), time, batch);
    const gates = context.allocate([time, batch, 2 * hidden]);
    const [hReset, candidate] = [context.allocate(h.shape), context.allocate(h.shape)];
    const biases = context.buffer(bias);
    const [xs, as, resets] = [wx, gates, hReset].map((sequence) => steps.each(sequence));
    const [candidates, hs] = [candidate, h].map((sequence) => steps.each(sequence));
    const hsBefore = steps.eachBefore(h0, h);
    for (let t = 0; t < time; t++) {
      const ofGates = [xs[t], as[t], biases, hsBefore[t]] as const;
      const tail = [steps.lengths, t] as const;
      uGates.forward(t, hsBefore[t], as[t], false);
      kernels.gruGates(batch, hidden, ...ofGates, resets[t], ...tail);
      uCandidate.forward(t, resets[t], candidates[t], false);
      kernels.gruCandidate(batch, hidden, ...ofGates, candidates[t], hs[t], ...tail);
    }
    return [gates, candidate, hReset, ...uGates.saved, ...uCandidate.saved];
  },
  backward,
  samples: [
    { shapes: [[3, 2, 6], [6], [2, 2], [4, 2], [2, 2]], attributes: { gateFactors: 1, lengths: null } },
    {
      shapes: [[4, 3, 9], [9], [3, 3], [2, 3], [6, 2], [1, 3], [3, 1]],
      attributes: { gateFactors: 2, lengths: Int32Array.of(4, 0, 2) },
    },
  ],
  errors: [
    {
      shapes: [[3, 2, 6], [6], [2, 2], [6, 2], [2, 2]],
      attributes: { gateFactors: 1, lengths: null },
      message: /recurrentGates/,
    },
    {
      shapes: [[3, 2, 6], [6], [2, 2], [4, 2], [4, 2]],
      attributes: { gateFactors: 1, lengths: null },
      message: /candidate/,
    },
  ],
});

function backward(context: OpContext, call: OpCall<Attributes>): readonly (Tensor | null)[] {
  const { kernels } = context;
  const [, , h0, ...factors] = call.inputs;
  const [h] = call.outputs;
  const [gates, candidate, hReset, ...between] = call.saved;
  const { gateFactors, lengths } = call.attributes;
  const [time, batch, hidden] = h.shape;
  const steps = new SequenceSteps(context, time, batch, lengths);
  const split = gateFactors - 1;
  const uGates = FactorChain.backward(context, factors.slice(0, gateFactors), batch, between.slice(0, split));
  const uCandidate = FactorChain.backward(context, factors.slice(gateFactors), batch, between.slice(split));
  const dInput = context.allocate([time, batch, 3 * hidden]);
  const dProduct = context.allocate(gates.shape);
  const dCandidate = context.allocate(h.shape);
  const dReset = context.buffer(context.allocate(h0.shape));
  const dh = startOfGrad(context, call.grads[0], h);
  const dh0 = context.zeros(h0.shape);
  const [as, candidates, dhs] = [gates, candidate, dh].map((sequence) => steps.each(sequence));
  const [dInputs, dProducts] = [dInput, dProduct].map((sequence) => steps.each(sequence));
  const dCandidates = steps.each(dCandidate);
  const [hsBefore, dhsBefore] = [steps.eachBefore(h0, h), steps.eachBefore(dh0, dh)];
  const firstRecurrent = steps.firstRecurrent(h0, call.needs[2]);
  for (let t = time - 1; t >= 0; t--) {
    const [before, dBefore, tail] = [hsBefore[t], dhsBefore[t], [steps.lengths, t] as const];
    const states = [candidates[t], before, dhs[t], dBefore] as const;
    kernels.gruCandidateGrad(batch, hidden, as[t], ...states, dInputs[t], dCandidates[t], ...tail);
    uCandidate.backward(t, dCandidates[t], dReset, false);
    const ofReset = [before, dReset, dBefore, dInputs[t], dProducts[t]] as const;
    kernels.gruGatesGrad(batch, hidden, as[t], ...ofReset, ...tail);
    if (t >= firstRecurrent) uGates.backward(t, dProducts[t], dBefore, true);
  }
  return [
    dInput,
    sumOfRows(context, dInput),
    dh0,
    ...uGates.weightGrads(steps.allBefore(h0, h, firstRecurrent), context.buffer(dProduct), firstRecurrent),
    ...uCandidate.weightGrads(
      [{ buffer: context.buffer(hReset), rows: time * batch }],
      context.buffer(dCandidate),
    ),
  ];
}

function checkShapes(inputs: readonly Shape[], { gateFactors, lengths }: Attributes): void {
  const op = 'gruResetBeforeSequence';
  const [gates, bias, h0, ...factors] = inputs;
  if (gates.length !== 3 || h0.length !== 2 || gates[0] === 0) {
    throw new InputError(
      `${op}: gates and h0 have shapes ${show(gates)} and ${show(h0)}, expected [T, B, 3H] and [B, H] with at least one step.`,
    );
  }
  const [time, batch] = gates;
  const hidden = h0[1];
  expectShape(op, 'gates', gates, [time, batch, 3 * hidden]);
  expectShape(op, 'bias', bias, [3 * hidden]);
  expectShape(op, 'h0', h0, [batch, hidden]);
  expectChain(op, 'recurrentGates', factors.slice(0, gateFactors), hidden, 2 * hidden);
  expectChain(op, 'candidate', factors.slice(gateFactors), hidden, hidden);
  expectLengths(op, lengths, time, batch);
}
