import { InputError, shown } from '../errors.ts';

/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const axis of shape) size *= axis;
  return size;
}

/** Steps between neighbours along each axis of a contiguous row-major tensor, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Whether two shapes have the same axes. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Throws InputError naming the op and the argument unless the shapes are equal. */
export function expectShape(op: string, name: string, found: Shape, expected: Shape): void {
  if (!sameShape(found, expected)) {
    throw new InputError(`${op}: ${name} has shape ${show(found)}, expected ${show(expected)}.`);
  }
}

/** The shape that `a` and `b` broadcast to by NumPy's rule. Throws InputError naming `op` and both shapes. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let axis = 1; axis <= rank; axis++) {
    const left = a[a.length - axis] ?? 1;
    const right = b[b.length - axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new InputError(
        `${op}: shapes ${show(a)} and ${show(b)} do not broadcast: ${left} against ${right}.`,
      );
    }
    result[rank - axis] = left === 1 ? right : left;
  }
  return result;
}

/** `axis` counted from the front; negative ones count from the back. Throws InputError naming `op` when out of range. */
export function resolveAxis(op: string, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (rank === 0) throw new InputError(`${op}: axis is ${axis}, but a scalar has no axes.`);
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new InputError(`${op}: axis is ${axis}, expected an integer from ${-rank} to ${rank - 1}.`);
  }
  return resolved;
}

/** The shape. Throws InputError naming `what` unless it is an array of integers ≥ 0. */
export function checkShape(what: string, shape: Shape): Shape {
  if (!Array.isArray(shape)) {
    throw new InputError(`${what}: shape is ${shown(shape)}, expected an array of integers of at least 0.`);
  }
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new InputError(`${what}: shape is ${show(shape)}, expected integers of at least 0.`);
    }
  }
  return shape;
}

/** A shape for messages: `[2, 3]`. */
export const show = (shape: Shape): string => `[${shape.join(', ')}]`;
