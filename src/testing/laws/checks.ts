import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { type LinearMap, toDense } from '../../maps/linearMap.ts';
import { sameShape, show } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** A linear map does not keep one of its laws. */
export class LawError extends Error {
  override readonly name = 'LawError';
}

export interface LawOptions {
  /** The largest error that passes, relative to the size of what is computed; 1e-10 unless given. */
  readonly tolerance?: number;
}

export const defaultTolerance = 1e-10;

/** Throws LawError unless two tensors that a map gives are equal up to a tolerance times `scale`. */
export const expectEqual = (
  law: string,
  map: LinearMap,
  ...rest: [leftName: string, Tensor, rightName: string, Tensor, LawOptions & { readonly scale: number }]
): void => expectNear(`${law}: of ${inWords(map)} `, ...rest);

/** Throws LawError, beginning with `where`, unless two tensors are equal up to a tolerance times `scale`. */
export function expectNear(
  where: string,
  leftName: string,
  left: Tensor,
  rightName: string,
  right: Tensor,
  { scale, tolerance = defaultTolerance }: LawOptions & { readonly scale: number },
): void {
  if (!sameShape(left.shape, right.shape)) {
    throw new LawError(
      `${where}${leftName} has shape ${show(left.shape)}, and ${rightName} has ${show(right.shape)}.`,
    );
  }
  const [a, b] = [left.dataSync(), right.dataSync()];
  for (let i = 0; i < a.length; i++) {
    if (!(Math.abs(a[i] - b[i]) <= tolerance * scale)) {
      throw new LawError(
        `${where}entry ${i} of ${leftName} is ${a[i]}, and that of ${rightName} is ${b[i]}, ` +
          `${relative(a[i] - b[i], scale)} of their scale apart, above ${tolerance}.`,
      );
    }
  }
}

/** Throws InputError naming the law and the tensor unless all are float64. */
export function expectDouble(law: string, tensors: Tensors): void {
  for (const [name, { dtype }] of Object.entries(tensors)) {
    if (dtype !== 'float64') throw new InputError(`${law}: ${name} is ${dtype}, expected float64.`);
  }
}

/** A map in messages: `circulant [8, 4]`. */
export const inWords = ({ kind, outSize, inSize }: LinearMap): string => `${kind} [${outSize}, ${inSize}]`;

/** A difference as a part of `scale`, in messages. */
export const relative = (difference: number, scale: number): string =>
  (Math.abs(difference) / scale).toExponential(2);

/** The Frobenius norm. */
export function norm(x: Tensor): number {
  let square = 0;
  for (const value of x.dataSync()) square += value * value;
  return Math.sqrt(square);
}

/** The largest magnitude of a tensor's entries. */
export function largest(x: Tensor): number {
  let most = 0;
  for (const value of x.dataSync()) most = Math.max(most, Math.abs(value));
  return most;
}

/** The largest entry of all gradients: a sum that cancels to less is as exact as the others. */
export const largestOf = (gradients: readonly Tensors[]): number =>
  Math.max(0, ...gradients.flatMap((grads) => Object.values(grads).map(largest)));

/** The Frobenius norm of a map's matrix. */
export const normOf = (map: LinearMap, parameters: Tensors): number => norm(toDense(map, parameters));
