import { expect, test } from 'vitest';
import { withIntegerIndices } from '../../src/backends/gpu/indices.ts';
import { programOf } from '../../src/backends/gpu/program.ts';

test.each([
  ['return x[i];', 'return x[xAt + (i | 0)];'],
  ['return x[this.thread.y * 12 + k];', 'return x[xAt + this.thread.y * 12 + (k | 0)];'],
  ['x[(a - 3) * 2 + y] + y[0]', 'x[xAt + ((a | 0) - 3) * 2 + (y | 0)] + y[yAt + 0]'],
  ['x[Math.floor((i + 0.5) / 2) * n]', 'x[xAt + (Math.floor((i + 0.5) / 2) | 0) * (n | 0)]'],
  ['max[i] + x2[i] + xx', 'max[i] + x2[i] + xx'],
])('%s', (source, expected) => {
  expect(withIntegerIndices(source, ['x', 'y'])).toBe(expected);
});

test('a source without arrays stays as it is', () => {
  expect(withIntegerIndices('return a[i];', [])).toBe('return a[i];');
});

test('an array read within an index, and a bracket that stays open, are refused', () => {
  expect(() => withIntegerIndices('x[y[i]]', ['x', 'y'])).toThrow(/reads an array within the index y\[i\]/);
  expect(() => withIntegerIndices('x[(i + 1]', ['x'])).toThrow(/stays open/);
});

test('counters of threads are named where they stand', () => {
  const { source } = programOf(
    {
      name: 'k',
      constants: { n: 4 },
      threads: { j: 4, row: 2 },
      source: 'return x[row * $n + j] + object.j;',
    },
    ['x'],
    [1],
  );
  expect(source).toContain('return x[xAt + this.thread.y * 4 + this.thread.x] + object.j;');
});
