import { expect, it } from 'vitest';
import { matmul, scope, sum, tensor, transpose } from '../../../src/index.ts';
import { gpuBackend, modes } from './modes.ts';

/* Arrays of more elements than float32 can count, by which gpu.js has every variable. */

const size = 2 ** 24 + 3001;

it.each(modes)(
  'on %s the last elements of a large product, of its transpose and of sums are right',
  async (mode) => {
    const backend = await gpuBackend(mode);
    const [rows, cols] = [Math.ceil(size / 4001), 4001];
    const [a, b] = [rows, cols].map((length) => Float32Array.from({ length }, (_, i) => i % 13));
    const { y, transposed, sums } = scope(() => {
      const y = matmul(tensor(a, [rows, 1], { backend }), tensor(b, [1, cols], { backend }));
      return { y, transposed: transpose(y), sums: sum(y, { axes: [0] }) };
    });
    const found = await y.data();
    expect(found.findIndex((value, i) => value !== a[Math.floor(i / cols)] * b[i % cols])).toBe(-1);
    const turned = await transposed.data();
    expect(turned.findIndex((value, i) => value !== a[i % rows] * b[Math.floor(i / rows)])).toBe(-1);
    const total = a.reduce((x, y) => x + y);
    expect((await sums.data()).findIndex((value, j) => value !== total * b[j])).toBe(-1);
  },
);
