import { describe, expect, it } from 'vitest';
import { gather, InputError, scatterAdd, tensor, zeros } from '../../src/index.ts';

const table = tensor([1, 2, 3, 4, 5, 6], [3, 2]);
const rows = tensor([1, 2], [1, 2]);

it('rows of another shape are refused, even where they hold as many numbers', () => {
  expect(() => scatterAdd(zeros([4, 2, 3]), [0, 1, 2, 0], [3, 6])).toThrow(
    /^scatterAdd: rows has shape \[4, 2, 3\], expected \[4, 6\]/,
  );
});

describe('row numbers', () => {
  it('from 0 to N − 1 are taken', () => {
    expect(Array.from(gather(table, [2, 0]).dataSync())).toEqual([5, 6, 1, 2]);
    expect(Array.from(scatterAdd(rows, [2], [3, 2]).dataSync())).toEqual([0, 0, 0, 0, 1, 2]);
  });

  it.each([3, -1, 0.5, Number.NaN, Infinity])('%d is refused, by its place', (index) => {
    expect(() => gather(table, [0, index])).toThrow(InputError);
    expect(() => gather(table, [0, index])).toThrow(
      `gather: index 1 is ${index}, expected an integer from 0 to 2.`,
    );
    expect(() => scatterAdd(rows, [index], [3, 2])).toThrow(
      `scatterAdd: index 0 is ${index}, expected an integer from 0 to 2.`,
    );
  });
});
