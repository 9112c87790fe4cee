import { grad, type Tensors } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import { applyMap, applyTranspose, type LinearMap, parameterCount, toDense } from '../maps/linearMap.ts';
import { applyPlanned } from '../maps/plan.ts';
import { add } from '../ops/add.ts';
import { matmul } from '../ops/matmul.ts';
import { multiply } from '../ops/multiply.ts';
import { sum } from '../ops/reduce.ts';
import { sameShape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  defaultTolerance,
  expectDouble,
  expectEqual,
  inWords,
  LawError,
  type LawOptions,
  largest,
  largestOf,
  norm,
  relative,
} from './lawChecks.ts';
import { pivotsOf } from './pivots.ts';

/*
 * The laws of a linear map A: [in] → [out]. Each takes the map, its parameters by the names that it knows, and inputs, all
 * float64; x is [..., in] and y [..., out], of the same leading axes. It throws LawError with the numbers when the law does
 * not hold, and InputError for tensors that are not float64.
 */

/** A(f x + x′) = f Ax + Ax′, and Ax is [..., out]. */
export function linearity(
  map: LinearMap,
  parameters: Tensors,
  { x, other, factor }: { readonly x: Tensor; readonly other: Tensor; readonly factor: number },
  options?: LawOptions,
): void {
  expectDouble('linearity', { ...parameters, x, other });
  const together = applyMap(map, parameters, add(multiply(x, factor), other));
  const apart = add(multiply(applyMap(map, parameters, x), factor), applyMap(map, parameters, other));
  const size = Math.abs(factor) * largest(x) + largest(other);
  expectEqual('linearity', map, 'A(fx + x′)', together, 'f Ax + Ax′', apart, {
    scale: size * normOf(map, parameters),
    ...options,
  });
  const shape = [...x.shape.slice(0, -1), map.outSize];
  if (!sameShape(together.shape, shape)) {
    throw new LawError(
      `linearity: ${inWords(map)} makes ${show(together.shape)} of x ${show(x.shape)}, expected ${show(shape)}.`,
    );
  }
}

/** ⟨Ax, y⟩ = ⟨x, Aᵀy⟩, and Aᵀy is [..., in]. */
export function adjoint(
  map: LinearMap,
  parameters: Tensors,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  { tolerance = defaultTolerance }: LawOptions = {},
): void {
  expectDouble('adjoint', { ...parameters, x, y });
  const back = applyTranspose(map, parameters, y);
  if (!sameShape(back.shape, x.shape)) {
    throw new LawError(
      `adjoint: ${inWords(map)} makes ${show(back.shape)} of y ${show(y.shape)}, expected ${show(x.shape)}.`,
    );
  }
  const left = sum(multiply(applyMap(map, parameters, x), y)).item();
  const right = sum(multiply(x, back)).item();
  const scale = norm(x) * norm(y) * normOf(map, parameters);
  if (!(Math.abs(left - right) <= tolerance * scale)) {
    throw new LawError(
      `adjoint: of ${inWords(map)} ⟨Ax, y⟩ is ${left} and ⟨x, Aᵀy⟩ is ${right}, ` +
        `${relative(left - right, scale)} of |A| |x| |y| apart, above ${tolerance}.`,
    );
  }
}

/** Ax and Aᵀy are the products with the matrix that `toDense` writes out, which is [out, in]. */
export function denseForm(
  map: LinearMap,
  parameters: Tensors,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  options?: LawOptions,
): void {
  expectDouble('denseForm', { ...parameters, x, y });
  const matrix = toDense(map, parameters);
  if (!sameShape(matrix.shape, [map.outSize, map.inSize])) {
    throw new LawError(`denseForm: the matrix of ${inWords(map)} has shape ${show(matrix.shape)}.`);
  }
  const size = norm(matrix);
  const forward = matmul(x, matrix, { transposeB: true });
  expectEqual('denseForm', map, 'Ax', applyMap(map, parameters, x), 'the product with its matrix', forward, {
    scale: size * largest(x),
    ...options,
  });
  const back = matmul(y, matrix);
  const name = 'the product with its matrix, transposed';
  expectEqual('denseForm', map, 'Aᵀy', applyTranspose(map, parameters, y), name, back, {
    scale: size * largest(y),
    ...options,
  });
}

/** The map has as many numbers as the formula of its kind gives: by `parameterCount` and in the parameters themselves. */
export function parameterFormula(map: LinearMap, parameters: Tensors, expected: number): void {
  expectDouble('parameterFormula', parameters);
  const held = Object.values(parameters).reduce((total, { size }) => total + size, 0);
  const counted = parameterCount(map);
  if (counted !== expected || held !== expected) {
    throw new LawError(
      `parameterFormula: ${inWords(map)} counts ${counted} parameters and holds ${held}, expected ${expected}.`,
    );
  }
}

/**
 * Every block [side, side] of the matrix has displacement Z₁M − M Z₋₁ of rank at most `rank`, Z_f the shift down by one with f
 * in its top right corner (Kailath et al. 1979). By theory 1 for circulant and skew-circulant blocks, 2 for Toeplitz ones
 * and their inverses, r for toeplitzLike(r). `side` is the map's inSize unless given, so that the blocks are those of the
 * gates; a rank is numerical: pivots of complete pivoting above the tolerance times the block's largest entry.
 * Throws InputError when `side` does not divide both sides of the map.
 */
export function displacementRank(
  map: LinearMap,
  parameters: Tensors,
  rank: number,
  { side = map.inSize, tolerance = 1e-9 }: LawOptions & { readonly side?: number } = {},
): void {
  expectDouble('displacementRank', parameters);
  if (!(side >= 1) || map.inSize % side !== 0 || map.outSize % side !== 0) {
    throw new InputError(
      `displacementRank: side is ${side}, expected a divisor of both sides of ${inWords(map)}.`,
    );
  }
  const matrix = toDense(map, parameters).dataSync();
  for (let row = 0; row < map.outSize; row += side) {
    for (let column = 0; column < map.inSize; column += side) {
      const block = Float64Array.from(
        { length: side * side },
        (_, k) => matrix[(row + Math.floor(k / side)) * map.inSize + column + (k % side)],
      );
      const size = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const pivots = pivotsOf(displacementOf(block, side), side, side);
      const next = pivots[rank] ?? 0;
      if (!(next <= tolerance * size)) {
        throw new LawError(
          `displacementRank: the block of ${inWords(map)} at row ${row}, column ${column} has a displacement with pivots ` +
            `${pivots.slice(0, rank + 2).join(', ')}: pivot ${rank + 1} is ${relative(next, size)} of the largest entry, ` +
            `above ${tolerance}; expected rank ${rank}.`,
        );
      }
    }
  }
}

/**
 * The gradient of a parameter that is used in several places is the sum of those by its uses alone. `uses` are the inputs of
 * each place; the loss of one is Σ (Ax ∘ y)². Throws InputError for fewer than two uses.
 */
export function sharedGradient(
  map: LinearMap,
  parameters: Tensors,
  uses: readonly { readonly x: Tensor; readonly y: Tensor }[],
  options?: LawOptions,
): void {
  if (uses.length < 2)
    throw new InputError(`sharedGradient: uses holds ${uses.length}, expected at least 2.`);
  for (const { x, y } of uses) expectDouble('sharedGradient', { ...parameters, x, y });
  const lossOf = (own: Tensors, { x, y }: (typeof uses)[number]): Tensor => {
    const product = multiply(applyMap(map, own, x), y);
    return sum(multiply(product, product));
  };
  const shared = grad((own: Tensors) => uses.map((use) => lossOf(own, use)).reduce(add))(parameters);
  const apart = uses.map((use) => grad((own: Tensors) => lossOf(own, use))(parameters));
  const scale = largestOf(apart);
  for (const name of Object.keys(parameters)) {
    const expected = apart.map((grads) => grads[name]).reduce(add);
    const names = [`the gradient by ${name}`, 'the sum over its uses'] as const;
    expectEqual('sharedGradient', map, names[0], shared[name], names[1], expected, { scale, ...options });
  }
}

/**
 * The map's fast product, of maps that have one, is the product with the matrix that it writes out, and so are the gradients
 * by every parameter and by what goes in; the same of `applyMap` and `applyTranspose`. The loss is ⟨Ax, y⟩.
 */
export function fastEqualsDense(
  map: LinearMap,
  parameters: Tensors,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  options?: LawOptions,
): void {
  denseForm(map, parameters, { x, y }, options);
  const transforms = (own: Tensors, v: Tensor) => applyPlanned(map, own, v, 'transforms');
  if (map.fast !== undefined) {
    const fast = transforms(parameters, x);
    const dense = matmul(x, toDense(map, parameters), { transposeB: true });
    expectEqual('fastEqualsDense', map, 'Ax by transforms', fast, 'the product with its matrix', dense, {
      scale: normOf(map, parameters) * largest(x),
      ...options,
    });
  }
  const gradsOf = (loss: (own: Tensors, vector: Tensor) => Tensor, vector: Tensor): Tensors =>
    grad(({ vector: input, ...own }: Tensors) => loss(own, input))({ ...parameters, vector });
  const dense = {
    x: gradsOf((own, v) => sum(multiply(matmul(v, toDense(map, own), { transposeB: true }), y)), x),
    y: gradsOf((own, v) => sum(multiply(matmul(v, toDense(map, own)), x)), y),
  };
  const products = {
    Ax: { by: 'x', grads: gradsOf((own, v) => sum(multiply(applyMap(map, own, v), y)), x) },
    Aᵀy: { by: 'y', grads: gradsOf((own, v) => sum(multiply(applyTranspose(map, own, v), x)), y) },
    ...(map.fast && {
      'Ax by transforms': { by: 'x', grads: gradsOf((own, v) => sum(multiply(transforms(own, v), y)), x) },
    }),
  } as const;
  for (const [product, { by, grads }] of Object.entries(products)) {
    const scale = largestOf([dense[by]]);
    for (const [name, expected] of Object.entries(dense[by])) {
      const what = `the gradient of ${product} by ${name === 'vector' ? by : name}`;
      expectEqual('fastEqualsDense', map, what, grads[name], 'that of the matrix', expected, {
        scale,
        ...options,
      });
    }
  }
}

/** Z₁M − M Z₋₁ of a square matrix. */
function displacementOf(matrix: Float64Array, side: number): Float64Array {
  return matrix.map((_, k) => {
    const [i, j] = [Math.floor(k / side), k % side];
    const above = matrix[((i + side - 1) % side) * side + j];
    return above - (j + 1 < side ? matrix[i * side + j + 1] : -matrix[i * side]);
  });
}

const normOf = (map: LinearMap, parameters: Tensors): number => norm(toDense(map, parameters));
