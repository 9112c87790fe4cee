import { describe, expect, test } from 'vitest';
import { detectAnomaly, valueAndGrad } from '../../src/autograd/index.ts';
import { recurrentModel } from '../../src/nn/recurrentModel.ts';
import { log, multiply, sqrt, sum } from '../../src/ops/index.ts';
import { tensor } from '../../src/tensor/tensor.ts';
import { explainLoss } from '../../src/train/explain.ts';

const model = recurrentModel({ inputSize: 2, layers: [{ hidden: 3 }, { hidden: 3 }], outputSize: 2 });
const parameters = model.initialise(1);
const lossOf = (values: number[]) => (current: typeof parameters) =>
  sum(model.apply(current, tensor(values, [3, 1, 2])).y);

describe('an anomaly is named', () => {
  test('by op, layer and time step, where a layer first computes what is not finite', () => {
    const bad = [1, 2, 3, Number.NaN, 5, 6];
    expect(explainLoss(lossOf(bad), parameters)).toMatch(
      /^The result of \w+ in layers\.0, time step 1, shape \[3.*\], holds NaN\.$/,
    );
    expect(explainLoss(lossOf([1, 2, 3, 4, 5, 6]), parameters)).toBeUndefined();
  });

  test('by its parameter, where that is not finite', () => {
    const broken = { ...parameters, 'head.bias': tensor([0, Number.POSITIVE_INFINITY], [2]) };
    expect(explainLoss(lossOf([1, 2, 3, 4, 5, 6]), broken)).toBe('The parameter head.bias is not finite.');
  });

  test('in a gradient, where the result was finite', () => {
    const root = () => valueAndGrad(({ x }) => sum(sqrt(x!)))({ x: tensor([0, 1]) });
    expect(() => detectAnomaly(root)).toThrow(/^The gradient of \w+, shape \[2\], holds Infinity\.$/);
    expect(root().grads.x!.dataSync()[0]).toBe(Number.POSITIVE_INFINITY);
  });

  test('only while one is looked for', () => {
    const x = tensor([-1]);
    expect(() => detectAnomaly(() => multiply(log(x), x))).toThrow(
      /^The result of log, shape \[1\], holds NaN/,
    );
    expect(multiply(log(x), x).dataSync()[0]).toBeNaN();
  });
});
