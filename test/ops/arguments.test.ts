import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  crossEntropy,
  exp,
  gather,
  InputError,
  matmul,
  maximum,
  multiply,
  pad,
  relu,
  reshape,
  slice,
  sum,
  tensor,
} from '../../src/index.ts';

const x = tensor([1, 2, 3]);
const call =
  (op: unknown, ...args: unknown[]) =>
  () =>
    (op as (...args: unknown[]) => unknown)(...args);

describe('what is no tensor is refused in a sentence that names the op', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'an array for a tensor',
      call(add, x, [1, 2, 3]),
      /^add: an argument is an array, expected a tensor or a number/,
    ],
    ['a missing argument', call(add, x), /^add: an argument is undefined/],
    ['text', call(multiply, x, '2'), /^multiply: an argument is "2"/],
    ['null', call(maximum, null, x), /^maximum: an argument is null/],
    ['two numbers', call(add, 1, 2), /^add: both arguments are numbers/],
    ['a number for a tensor', call(exp, 1), /^exp: argument 0 is 1, expected a tensor/],
    ['an array for the only tensor', call(relu, [1]), /^relu: argument 0 is an array/],
    ['a number in a list', call(concat, [x, 3]), /^concat: argument 1 is 3, expected a tensor/],
    ['a tensor for a list', call(concat, x, x), /^concat: tensors is a Tensor, expected an array/],
    ['a missing matrix', call(matmul, tensor([[1]])), /^matmul: argument 1 is undefined/],
    ['indices in a tensor', call(gather, x, tensor([0])), /^gather: indices are a Tensor, expected an array/],
    ['an index as text', call(gather, x, ['0']), /^gather: index 0 is "0", expected an integer/],
    ['no classes', call(crossEntropy, tensor([[1, 2]])), /^crossEntropy: indices are undefined/],
    ['a size for a shape', call(reshape, x, 3), /^reshape: shape is 3, expected an array/],
    ['two open sizes', call(reshape, x, [-1, -1]), /^reshape: shape is \[-1, -1\], expected one −1/],
    ['a start for starts', call(slice, x, 1, 2), /^slice: starts is 1, expected an array/],
    ['missing sizes', call(slice, x, [1]), /^slice: sizes is undefined/],
    ['a missing shape', call(pad, x, [1]), /^pad: shape is undefined/],
    ['an axis for options', call(sum, x, 0), /^sum: options are 0, expected a record of axes, keepDims/],
    ['an option that is none', call(sum, x, { axis: 0 }), /^sum: axis is not an option/],
  ])('%s', (_, wrong, message) => {
    expect(wrong).toThrow(message);
    expect(wrong).toThrow(InputError);
  });
});
