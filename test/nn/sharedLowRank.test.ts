import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  applyMap,
  dense,
  isSharedLowRank,
  lstmLayer,
  lstmSequence,
  lstmSteps,
  matmul,
  multiply,
  Naming,
  recurrentModel,
  sharedLowRank,
  sum,
  type Tensor,
  type Tensors,
  transpose,
  valueAndGrad,
  zeros,
} from '../../src/index.ts';
import { distance, filled, float64 } from '../testing/values.ts';

const size = fc.integer({ min: 1, max: 5 });
const sizes = fc.record({
  time: size,
  batch: fc.integer({ min: 1, max: 3 }),
  inputs: size,
  hidden: size,
  rank: size,
  above: size,
  seed: fc.nat(),
});

describe('a recurrence Z_h P whose projection the next layer shares', () => {
  /** Two layers as the model builds them. */
  const modelOf = ({
    inputs,
    hidden,
    rank,
    above,
  }: {
    inputs: number;
    hidden: number;
    rank: number;
    above: number;
  }) =>
    recurrentModel({
      inputSize: inputs,
      layers: [{ hidden, recurrent: { sharedLowRank: rank } }, { hidden: above }],
      outputSize: 3,
    });

  /** The same two layers by the definition: U = Z_h P, the next layer's W = Z_x P, both dense matrices on h itself. */
  const byDefinition = (
    p: Tensors,
    x: Tensor,
    hidden: number,
    above: number,
  ): { lower: Tensor; y: Tensor } => {
    const batch = x.shape[1];
    const layer = (gates: Tensor, bias: Tensor, u: Tensor, width: number) =>
      lstmSteps({
        gates,
        bias,
        h0: zeros([batch, width], float64),
        c0: zeros([batch, width], float64),
        recurrent: [u],
      }).h;
    const projection = p['layers.0.recurrent.projection.weight'];
    const u = matmul(p['layers.0.recurrent.z'], projection);
    const lower = layer(matmul(x, transpose(p['layers.0.input.weight'])), p['layers.0.bias'], u, hidden);
    const w = matmul(p['layers.1.input.weight'], projection);
    const upper = layer(
      matmul(lower, transpose(w)),
      p['layers.1.bias'],
      p['layers.1.recurrent.weight'],
      above,
    );
    return { lower, y: add(matmul(upper, transpose(p['head.weight'])), p['head.bias']) };
  };

  it('is a layer with the dense U = Z_h P under one with the dense W = Z_x P: values and gradients', () => {
    fc.assert(
      fc.property(sizes, ({ time, batch, hidden, above, seed, ...rest }) => {
        const model = modelOf({ hidden, above, ...rest });
        const parameters = model.initialise(seed, float64);
        const x = filled(seed, 'x', [time, batch, rest.inputs]);
        const weights = filled(seed, 'weights', [time, batch, 3]);
        const compact = valueAndGrad((p: Tensors) => sum(multiply(weights, model.apply(p, x).y)))(parameters);
        const explicit = valueAndGrad((p: Tensors) =>
          sum(multiply(weights, byDefinition(p, x, hidden, above).y)),
        )(parameters);
        expect(Math.abs(compact.value.item() - explicit.value.item())).toBeLessThan(1e-11);
        for (const name of Object.keys(parameters)) {
          const difference = distance(compact.grads[name].dataSync(), explicit.grads[name].dataSync(), 1e-3);
          expect(difference, name).toBeLessThan(1e-9);
        }
      }),
    );
  });

  it('gives P the sum of what comes through its two uses, Z_hᵀ dU + Z_xᵀ dW', () => {
    fc.assert(
      fc.property(sizes, ({ time, batch, hidden, above, rank, seed, inputs }) => {
        const model = modelOf({ inputs, hidden, rank, above });
        const parameters = model.initialise(seed, float64);
        const x = filled(seed, 'x', [time, batch, inputs]);
        const found = valueAndGrad((p: Tensors) => sum(model.apply(p, x).y))(parameters).grads;
        // The two dense matrices as parameters of their own.
        const name = 'layers.0.recurrent.projection.weight';
        const [zh, zx, p] = [
          parameters['layers.0.recurrent.z'],
          parameters['layers.1.input.weight'],
          parameters[name],
        ];
        const dense = { u: matmul(zh, p), w: matmul(zx, p) };
        const { u: dU, w: dW } = valueAndGrad(({ u, w }: Tensors) => {
          const run = (gates: Tensor, layer: number, recurrent: Tensor, width: number) => {
            const [h0, c0] = [zeros([batch, width], float64), zeros([batch, width], float64)];
            return lstmSequence({
              gates,
              bias: parameters[`layers.${layer}.bias`],
              h0,
              c0,
              recurrent: [recurrent],
            }).h;
          };
          const lower = run(matmul(x, transpose(parameters['layers.0.input.weight'])), 0, u, hidden);
          const upper = run(matmul(lower, transpose(w)), 1, parameters['layers.1.recurrent.weight'], above);
          return sum(add(matmul(upper, transpose(parameters['head.weight'])), parameters['head.bias']));
        })(dense).grads;
        const expected = add(matmul(transpose(zh), dU), matmul(transpose(zx), dW));
        expect(distance(found[name].dataSync(), expected.dataSync(), 1e-3)).toBeLessThan(1e-9);
      }),
    );
  });

  it('emits P h, once for both', () => {
    const model = modelOf({ inputs: 3, hidden: 4, rank: 2, above: 5 });
    const parameters = model.initialise(1, float64);
    const x = filled(1, 'x', [6, 2, 3]);
    const { y, state } = model.layers[0].apply(parameters, x);
    expect(y.shape).toEqual([6, 2, 2]);
    expect([state.h.shape, state.c.shape]).toEqual([
      [2, 2],
      [2, 4],
    ]);
    const { lower } = byDefinition(parameters, x, 4, 5);
    const projected = matmul(lower, transpose(parameters['layers.0.recurrent.projection.weight']));
    expect(distance(y.dataSync(), projected.dataSync())).toBeLessThan(1e-12);
    expect(model.layers[1].maps.input.inSize).toBe(2);
  });

  it('may have any map as its projection', () => {
    const naming = new Naming();
    const projection = sharedLowRank(dense(4, 2), 3);
    const layer = lstmLayer('layer', dense(2, 16), sharedLowRank(projection, 16), naming);
    const parameters = Object.fromEntries(
      Object.entries(naming.specs).map(([name, { shape }]) => [name, filled(1, name, shape)]),
    );
    const x = filled(1, 'x', [5, 2, 2]);
    const { y } = layer.apply(parameters, x);
    const u = matmul(
      parameters['layer.recurrent.z'],
      matmul(
        parameters['layer.recurrent.projection.z'],
        parameters['layer.recurrent.projection.projection.weight'],
      ),
    );
    const h = lstmSteps({
      gates: matmul(x, transpose(parameters['layer.input.weight'])),
      bias: parameters['layer.bias'],
      h0: zeros([2, 4], float64),
      c0: zeros([2, 4], float64),
      recurrent: [u],
    }).h;
    const expected = applyMap(projection, naming.pick(projection, parameters), h);
    expect(distance(y.dataSync(), expected.dataSync())).toBeLessThan(1e-12);
    expect(isSharedLowRank(layer.maps.recurrent)).toBe(true);
    expect(isSharedLowRank(layer.maps.input)).toBe(false);
  });
});
