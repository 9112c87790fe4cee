import type { Tensors } from '../../autograd/grad.ts';
import { applyMap, applyTranspose, type LinearMap, parameterCount, toDense } from '../../maps/linearMap.ts';
import { add } from '../../ops/add.ts';
import { matmul } from '../../ops/matmul.ts';
import { multiply } from '../../ops/multiply.ts';
import { sum } from '../../ops/reduce.ts';
import { sameShape, show } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  defaultTolerance,
  expectDouble,
  expectEqual,
  inWords,
  LawError,
  type LawOptions,
  largest,
  norm,
  normOf,
  relative,
} from './checks.ts';

/* What makes a map linear, and its matrix the one that it says. */

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
