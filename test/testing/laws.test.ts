import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  circulant,
  defineOp,
  dense,
  InputError,
  type LinearMap,
  lowRank,
  multiply,
  type Tensor,
  tensor,
  toDense,
  toeplitz,
} from '../../src/index.ts';
import { mapCases, mapParameters } from '../../src/testing/arbitraries.ts';
import {
  adjoint,
  denseForm,
  displacementRank,
  fastEqualsDense,
  LawError,
  linearity,
  parameterFormula,
  sharedGradient,
} from '../../src/testing/index.ts';
import { filled, float64 } from './values.ts';

/** w as it is the first time that someone asks; later something else. */
function forgetful(change: (weight: Tensor) => Tensor): LinearMap {
  let asked = 0;
  return { ...dense(3, 2), factors: ({ weight }) => [asked++ === 0 ? weight : change(weight)] };
}

/** The identity, whose gradient is not: `wrong` times what it should be. */
const scaledGradient = (name: string, wrong: number) =>
  defineOp({
    name: `test.laws.${name}`,
    shapes: ([x]) => [x],
    forward: (context, [x], [y]) => context.kernels.scale(context.buffer(x), context.buffer(y), y.size, 1),
    vjp: ({ grads: [grad] }) => [multiply(grad!, wrong)],
    samples: [{ shapes: [[2]], attributes: null }],
    errors: [],
  });

const inputs = (seed: number, inSize = 3, outSize = 2) => ({
  x: filled(seed, 'x', [4, inSize]),
  other: filled(seed, 'other', [4, inSize]),
  y: filled(seed, 'y', [4, outSize]),
});
const seed = fc.nat();
const parameters = (key: number) => mapParameters(dense(3, 2), key);

/** Expects a law to fail for a faulty map, whatever the numbers. */
const expectFailure = (run: (key: number) => void, message: RegExp) =>
  fc.assert(
    fc.property(seed, (key) => {
      expect(() => run(key)).toThrow(LawError);
      expect(() => run(key)).toThrow(message);
    }),
  );

describe('the laws of linear maps', () => {
  it('hold for every kind', () => {
    fc.assert(
      fc.property(mapCases(), ({ map, parameters: own, x, other, y }) => {
        linearity(map, own, { x, other, factor: -1.5 });
        adjoint(map, own, { x, y });
        denseForm(map, own, { x, y });
        fastEqualsDense(map, own, { x, y });
        sharedGradient(map, own, [
          { x, y },
          { x: other, y },
        ]);
      }),
    );
  });

  it('are broken by a matrix that is another one for other inputs', () => {
    const change = (weight: Tensor) => multiply(weight, 1 + 1e-6);
    expectFailure(
      (key) => linearity(forgetful(change), parameters(key), { ...inputs(key), factor: 2 }),
      /^linearity: of dense \[2, 3\] entry \d of A\(fx \+ x′\) is -?[\d.e-]+, and that of f Ax \+ Ax′ is -?[\d.e-]+, [\d.e-]+ of their scale apart, above 1e-10\.$/,
    );
  });

  it('are broken by a transpose that is not one', () => {
    // Half of the products see another matrix, as where a fast product has its own transpose.
    expectFailure((key) => {
      let asked = 0;
      const map: LinearMap = {
        ...dense(3, 2),
        factors: ({ weight }) => [asked++ % 2 === 0 ? weight : multiply(weight, 1.001)],
      };
      adjoint(map, parameters(key), inputs(key));
    }, /^adjoint: of dense \[2, 3\] ⟨Ax, y⟩ is -?[\d.e-]+ and ⟨x, Aᵀy⟩ is -?[\d.e-]+, [\d.e-]+ of \|A\| \|x\| \|y\| apart, above 1e-10\.$/);
  });

  it('are broken by a matrix that is not the one written out', () => {
    const map = forgetful((weight) => multiply(weight, 1.001));
    expect(() => denseForm(map, parameters(1), inputs(1))).toThrow(
      /^denseForm: of dense \[2, 3\] entry \d of Ax is/,
    );
    const turned: LinearMap = { ...dense(3, 2), inSize: 2, outSize: 3 };
    expect(() => denseForm(turned, parameters(1), inputs(1))).toThrow(
      /the matrix of dense \[3, 2\] has shape \[2, 3\]/,
    );
  });

  it('are broken by NaN', () => {
    const map: LinearMap = {
      ...dense(3, 2),
      factors: ({ weight }) => [multiply(weight, tensor([1, 1, 1, 1, 1, Number.NaN], [2, 3], float64))],
    };
    const [own, { x, other, y }] = [parameters(1), inputs(1)];
    expect(() => linearity(map, own, { x, other, factor: 1 })).toThrow(LawError);
    expect(() => adjoint(map, own, { x, y })).toThrow(LawError);
    expect(() => denseForm(map, own, { x, y })).toThrow(LawError);
    expect(() => fastEqualsDense(map, own, { x, y })).toThrow(LawError);
    expect(() =>
      sharedGradient(map, own, [
        { x, y },
        { x, y },
      ]),
    ).toThrow(LawError);
    const weight = tensor([1, 2, 3, Number.NaN], [2, 2], float64);
    expect(() => displacementRank(dense(2, 2), { weight }, 2)).toThrow(LawError);
  });

  it('are broken by a count that is not the formula’s, and by parameters of other sizes', () => {
    const message = 'parameterFormula: dense [2, 3] counts 6 parameters and holds 6, expected 5.';
    expect(() => parameterFormula(dense(3, 2), parameters(1), 5)).toThrow(message);
    expect(() => parameterFormula(dense(3, 2), parameters(1), 5)).toThrow(LawError);
    expect(() => parameterFormula(dense(3, 2), { weight: filled(1, 'w', [7]) }, 6)).toThrow(
      /holds 7, expected 6/,
    );
    parameterFormula(dense(3, 2), parameters(1), 6);
  });

  it('are broken by a displacement of higher rank, however little', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 8 }), seed, (n, key) => {
        const matrix = toDense(toeplitz(n, n), mapParameters(toeplitz(n, n), key));
        const bump = new Float64Array(n * n);
        bump[n + 2] = 1e-5;
        const weight = add(matrix, tensor(bump, [n, n], float64));
        expect(() => displacementRank(dense(n, n), { weight }, 2)).toThrow(
          /has a displacement with pivots .*: pivot 3 is [\d.e-]+ of the largest entry, above 1e-9; expected rank 2\.$/,
        );
        displacementRank(dense(n, n), { weight }, 2, { tolerance: 1e-3 });
        // The bump reaches two places of the displacement, which no more than two ranks hold.
        displacementRank(dense(n, n), { weight }, 4);
      }),
    );
  });

  it('of displacement look into every block, and need square ones', () => {
    const map = circulant(3, 12, 4);
    const own = mapParameters(map, 5);
    displacementRank(map, own, 1);
    const matrix = toDense(map, own).dataSync();
    for (let block = 0; block < 4; block++) {
      const spoilt = Float64Array.from(matrix, (value, k) => (k === block * 9 + 4 ? value + 0.5 : value));
      const run = () => displacementRank(dense(3, 12), { weight: tensor(spoilt, [12, 3], float64) }, 1);
      expect(run).toThrow(new RegExp(`block of dense \\[12, 3\\] at row ${3 * block}, column 0`));
    }
    expect(() => displacementRank(dense(3, 4), mapParameters(dense(3, 4), 1), 1)).toThrow(InputError);
    expect(() => displacementRank(map, own, 1, { side: 2 })).toThrow(
      'displacementRank: side is 2, expected a divisor of both sides of circulant [12, 3].',
    );
  });

  it('are broken by a gradient that depends on how often a parameter is used', () => {
    let uses = 0;
    const [right, wrong] = [scaledGradient('right', 1), scaledGradient('wrong', 0.99)];
    const map: LinearMap = {
      ...dense(3, 2),
      factors: ({ weight }) => [(uses++ === 1 ? wrong : right).apply([weight], null)[0]],
    };
    const [{ x, y }, own] = [inputs(1), parameters(1)];
    expect(() =>
      sharedGradient(map, own, [
        { x, y },
        { x, y },
      ]),
    ).toThrow(
      /^sharedGradient: of dense \[2, 3\] entry \d of the gradient by weight is -?[\d.e-]+, and that of the sum over its uses is/,
    );
    expect(() => sharedGradient(map, own, [{ x, y }])).toThrow(/uses holds 1, expected at least 2/);
  });

  it('are broken by a fast product whose values are right and whose gradient is not', () => {
    const wrong = scaledGradient('fast', 1.0001);
    let asked = 0;
    const own = parameters(2);
    // denseForm asks three times, then the first gradient is that of the product itself.
    const map: LinearMap = {
      ...dense(3, 2),
      factors: ({ weight }) => [asked++ === 3 ? wrong.apply([weight], null)[0] : weight],
    };
    expect(() => fastEqualsDense(map, own, inputs(2))).toThrow(
      /^fastEqualsDense: of dense \[2, 3\] entry \d of the gradient of Ax by weight is/,
    );
  });

  it('are broken by transforms of other numbers, or with another gradient', () => {
    const right = circulant(4, 8, 2);
    const own = mapParameters(right, 3);
    const { x, y } = inputs(3, 4, 8);
    const withProduct = (change: (v: Tensor) => Tensor): LinearMap => ({
      ...right,
      fast: { macs: 1, product: ({ v }) => right.fast!.product({ v: change(v) }) },
    });
    fastEqualsDense(
      withProduct((v) => v),
      own,
      { x, y },
    );
    expect(() =>
      fastEqualsDense(
        withProduct((v) => multiply(v, 1 + 1e-6)),
        own,
        { x, y },
      ),
    ).toThrow(/^fastEqualsDense: of circulant \[8, 4\] entry \d+ of Ax by transforms is/);
    const wrong = scaledGradient('transforms', 1.0001);
    expect(() =>
      fastEqualsDense(
        withProduct((v) => wrong.apply([v], null)[0]),
        own,
        { x, y },
      ),
    ).toThrow(/of the gradient of Ax by transforms by v is/);
  });

  it('take as much error as they are told to', () => {
    const change = (weight: Tensor) => multiply(weight, 1.001);
    const given = { ...inputs(1), factor: 2 };
    expect(() => linearity(forgetful(change), parameters(1), given)).toThrow(LawError);
    linearity(forgetful(change), parameters(1), given, { tolerance: 0.01 });
  });

  it('hold for zeros, and at any scale', () => {
    const map = lowRank(3, 2, 2);
    fc.assert(
      fc.property(seed, fc.constantFrom(0, 1e-100, 1e-12, 1e12, 1e100), (key, scale) => {
        const own = Object.fromEntries(
          Object.entries(mapParameters(map, key)).map(([name, p]) => [name, multiply(p, Math.sqrt(scale))]),
        );
        const { x, other, y } = inputs(key);
        linearity(map, own, { x, other, factor: 3 });
        adjoint(map, own, { x, y });
        fastEqualsDense(map, own, { x, y });
      }),
    );
  });

  it('refuse float32, naming it', () => {
    const single = tensor([1, 2, 3]);
    const [own, { x, other, y }] = [parameters(1), inputs(1)];
    expect(() => linearity(dense(3, 2), own, { x: single, other, factor: 1 })).toThrow(
      'linearity: x is float32, expected float64.',
    );
    expect(() => adjoint(dense(3, 2), own, { x, y: single })).toThrow(/adjoint: y is float32/);
    expect(() => denseForm(dense(3, 2), { weight: tensor([[1]]) }, { x, y })).toThrow(InputError);
    expect(() => displacementRank(dense(1, 1), { weight: tensor([[1]]) }, 1)).toThrow(/weight is float32/);
  });
});
